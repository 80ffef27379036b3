"""The README does what it says: each of its blocks is run, against a real server where it needs one."""

import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import yaml

from models.registry.registry import Registry
from service.http import problems
from tests.support.real_server import Server, real_server
from tests.support.reference import ARTIFACTS, REFERENCE_MODELS, ROOT

README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
DRY = ["--dry-run", "--no-print-directory"]  # make says where it is when it runs below another make
HERE = "http://127.0.0.1:8000"


def block(beginning: str) -> str:
    found = [text for _, text in BLOCKS if text.startswith(beginning)]
    assert len(found) == 1, f"the README has {len(found)} blocks that begin with {beginning!r}"
    return str(found[0])


@pytest.fixture(scope="module")
def server(reference_path: Path) -> Iterator[Server]:
    with real_server(registry=reference_path) as server:
        yield server


def test_every_block_is_tried_here() -> None:
    beginnings = ["make serve", "curl", '{"model"', "from rollcast", "make train", "docker compose"]
    assert [next(each for each in beginnings if text.startswith(each)) for _, text in BLOCKS] == beginnings


def test_the_two_commands_are_what_make_runs() -> None:
    for line, runs in zip(
        block("make serve").splitlines(),
        [".venv/bin/rollcast serve", ".venv/bin/python -m pytest --cov --ignore=tests/clients"],
        strict=True,
    ):
        target = shlex.split(line, comments=True)
        result = subprocess.run([*target, *DRY], cwd=ROOT, capture_output=True, text=True, check=True)
        assert result.stdout.splitlines()[-1].strip() == runs


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_the_request_gets_the_answer_that_stands_below_it(server: Server) -> None:
    request = block("curl").replace(HERE, server.url)
    result = subprocess.run(["bash", "-c", request], capture_output=True, text=True, timeout=30, check=True)
    came, told = json.loads(result.stdout), json.loads(block('{"model"'))
    assert (came["model"], came["version"]) == (told["model"], told["version"])
    assert np.allclose(came["predictions"], told["predictions"], atol=1e-4)


def run_python(code: str, server: Server) -> str:
    command = [sys.executable, "-W", "error", "-c", code.replace(HERE, server.url)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True).stdout


def test_a_python_program_gets_the_same_answer(server: Server) -> None:
    printed = run_python(block("from rollcast"), server)
    told = json.loads(block('{"model"'))["predictions"]
    assert np.allclose([float(text) for text in printed.strip("[]\n").split()], told, atol=1e-4)


def test_the_page_on_the_client_is_a_program_that_runs(server: Server) -> None:
    page = (ROOT / "docs" / "client.md").read_text()
    blocks = re.findall(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert len(blocks) == page.count("```python") >= 6
    printed = run_python("".join(blocks), server)
    assert "2024-01-11" in printed
    assert "invalid-window" in printed


@pytest.mark.parametrize("horizon", [1, 48])
@pytest.mark.parametrize(("name", "version"), REFERENCE_MODELS.items())
def test_the_table_has_every_models_measured_error(name: str, version: int, horizon: int) -> None:
    manifest, forecaster = Registry.at(ARTIFACTS).open(name, version)
    row = re.search(rf"^\| `{name}` \|[^|]*\| ([\d.]+) \| ([\d.]+) \|$", README, re.MULTILINE)
    assert row is not None
    assert float(row[1]) == pytest.approx(manifest.metrics.model.mae, rel=5e-3)
    assert float(row[2]) == pytest.approx(manifest.metrics.last_value.mae, rel=5e-3)
    assert forecaster.forecast([manifest.goldens[0].window], horizon).shape == (1, horizon, 1)


def test_a_csv_is_trained_with_the_command_that_the_readme_gives(tmp_path: Path) -> None:
    start = datetime(2024, 1, 1)
    lines = [f"{(start + step * timedelta(minutes=30)).isoformat()},{100 + step % 48}\n" for step in range(400)]
    (tmp_path / "demand.csv").write_text("at,load\n" + "".join(lines))
    command = block("make train").strip()
    dry = subprocess.run(
        ["bash", "-c", f"{command} {' '.join(DRY)}"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    words = shlex.split(dry.stdout.splitlines()[-1])
    assert words[:2] == [".venv/bin/rollcast", "train"]
    quick = ["--minutes", "0.01", "--members", "1", "--units", "4", "--registry", str(tmp_path), "--quiet"]
    subprocess.run(
        [sys.executable, "-m", "rollcast", *words[1:], *quick],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    backtest = Registry.at(tmp_path).manifest("load", 1).backtest
    assert backtest is not None
    assert (backtest.horizon, backtest.season) == (48, 48)


def test_docker_compose_knows_what_it_is_asked_for() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    up, train = (line.split() for line in block("docker compose").splitlines())
    assert up == ["docker", "compose", "up"]
    assert "profiles" not in services["service"]
    assert train[:7] == ["docker", "compose", "--profile", "train", "run", "--rm", "train"]
    assert services["train"]["profiles"] == ["train"]


PAGES = [ROOT / "README.md", ROOT / "README.ja.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    for link in re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text()):
        assert (path.parent / link).exists(), f"{path.name} links to {link}, which is not there"


def test_every_problem_is_documented() -> None:
    documented = (ROOT / "docs" / "api.md").read_text()
    kinds = [
        *problems.MODEL_PROBLEMS.values(),
        *(it for it in vars(problems).values() if isinstance(it, problems.ProblemType)),
    ]
    for kind in kinds:
        assert f"`{kind.slug}`" in documented
