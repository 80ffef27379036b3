"""The lock files hold, and go on holding: complete, hashed, and installed as they are."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LOCKS = sorted((ROOT / "requirements").glob("*.lock"))


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.stem)
def test_locks_hold_hashed_pins_and_no_address(lock: Path) -> None:
    text = lock.read_text()
    pins = re.findall(r"^\S+==.*(?:\n    --hash=sha256:[0-9a-f]{64}.*)+", text, flags=re.MULTILINE)
    assert len(pins) == len(re.findall(r"^[^\s#]", text, flags=re.MULTILINE)) > 0
    assert "://" not in text


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
    assert len(lines) >= 6
    for line in lines:
        assert "--require-hashes" in line, line
        assert "--no-deps" in line, line


def test_what_is_installed_lacks_nothing() -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "check"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout
