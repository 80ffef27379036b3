"""The lock files hold, and go on holding: complete, hashed, and installed as they are."""

import itertools
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[1]
LOCKS = sorted((ROOT / "requirements").glob("*.lock"))


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.stem)
def test_locks_hold_hashed_pins_and_no_address(lock: Path) -> None:
    text = lock.read_text()
    pins = re.findall(r"^\S+==.*(?:\n    --hash=sha256:[0-9a-f]{64}.*)+", text, flags=re.MULTILINE)
    assert len(pins) == len(re.findall(r"^[^\s#]", text, flags=re.MULTILINE)) > 0
    assert "://" not in text


FLOORS = [
    Requirement(line.partition("#")[0])
    for line in (ROOT / "requirements" / "floors.in").read_text().splitlines()
    if not line.startswith("#")
]
# What the service itself runs on; the rest is for training.
SERVED = {"numpy", "starlette", "uvicorn"}


@pytest.mark.parametrize("floor", FLOORS, ids=lambda floor: floor.name)
def test_no_lock_holds_a_version_with_a_known_hole(floor: Requirement) -> None:
    found = {
        (lock.stem, version)
        for lock in LOCKS
        for version in re.findall(rf"^{floor.name}==(\S+)", lock.read_text(), flags=re.MULTILINE)
    }
    expected = {"dev", "train"} | ({"clients", "serve"} if floor.name in SERVED else set())
    assert {lock for lock, _ in found} == expected
    assert {(lock, version) for lock, version in found if not floor.specifier.contains(version)} == set()


def test_pyproject_allows_no_version_with_a_known_hole() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    named = [*project["dependencies"], *itertools.chain(*project["optional-dependencies"].values())]
    lowest = {
        requirement.name: min(Version(each.version) for each in requirement.specifier if each.operator == ">=")
        for requirement in map(Requirement, named)
        if requirement.specifier
    }
    checked = {floor.name for floor in FLOORS if floor.name in lowest}
    assert checked == {"keras", "numpy", "onnx", "uvicorn"}
    for floor in FLOORS:
        assert floor.name not in lowest or floor.specifier.contains(lowest[floor.name]), floor


def test_client_and_service_are_installed_without_each_other() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    shared, extras = project["dependencies"], project["optional-dependencies"]
    assert {Requirement(each).name for each in [*shared, *extras["client"]]} == {"numpy", "httpx"}
    served = {canonicalize_name(Requirement(each).name) for each in [*shared, *extras["serve"]]}
    locked = set(re.findall(r"^(\S+?)==", (ROOT / "requirements" / "serve.lock").read_text(), flags=re.MULTILINE))
    assert {"onnxruntime", "fastapi", "uvicorn"} < served <= locked
    assert "httpx" not in locked


def install_lines() -> list[str]:
    """Every command that installs a lock, with make's variables put in."""
    found = []
    for path in (ROOT / "Makefile", ROOT / "Dockerfile", *(ROOT / "docs").rglob("*.md"), ROOT / ".ci" / "run"):
        text = path.read_text().replace("\\\n", " ")
        variables = dict(re.findall(r"^(\w+) :?= (.*)$", text, flags=re.MULTILINE)) if path.name == "Makefile" else {}
        for name, value in reversed(variables.items()):
            text = text.replace(f"$({name})", value)
        found += [line for line in text.splitlines() if "install" in line and ".lock" in line and "-r " in line]
    return found


def test_a_lock_is_installed_without_resolving_anew() -> None:
    # pip 23, which Python 3.11 brings, resolves extras anew and fails once a newer release is out.
    lines = install_lines()
    assert len(lines) >= 7
    for line in lines:
        assert "--require-hashes" in line, line
        assert "--no-deps" in line, line


def test_what_is_installed_lacks_nothing() -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "check"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout
