"""docs/your-data.md does what it says: its blocks are run in order, on a file such as it asks for."""

import math
import os
import re
import shlex
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

from models.registry.registry import Registry
from tests.support.real_server import real_server
from tests.support.reference import ROOT

PAGE = (ROOT / "docs" / "your-data.md").read_text()
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
QUICK = ["--minutes", "0.01", "--members", "1", "--units", "4", "--quiet"]
START = datetime(2024, 1, 1)


def write(path: Path, steps: int) -> None:
    times = [(START + step * timedelta(minutes=30)).isoformat() for step in range(steps)]
    values = [5000 + 900 * math.sin(step / 48 * 2 * math.pi) + step * 7 % 11 for step in range(steps)]
    path.write_text("at,load\n" + "".join(f"{at},{load:.1f}\n" for at, load in zip(times, values, strict=True)))


def run(*command: str, here: Path) -> str:
    environment = {**os.environ, "ROLLCAST_REGISTRY": str(here / "registry"), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, *command], cwd=here, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def command(beginning: str) -> list[str]:
    """A block of one command, as arguments of Python."""
    (found,) = [text for kind, text in BLOCKS if kind == "sh" and text.startswith(beginning)]
    assert found.count("\n") == 1
    return ["-m", *shlex.split(found)]


def test_a_file_becomes_a_model_that_forecasts_and_learns_on(tmp_path: Path) -> None:
    here = tmp_path
    write(here / "demand.csv", 600)
    assert BLOCKS[0][1].splitlines()[0] == (here / "demand.csv").read_text().splitlines()[0]
    run(*command("rollcast train"), *QUICK, here=here)

    shown = run(*command("rollcast models show"), here=here)
    tables = shown.split("\nstep ")
    assert len(tables) == 3
    assert "skill" in tables[1].splitlines()[0]
    assert "80 %" in tables[2].splitlines()[0]
    assert all("\nmean " in table for table in tables[1:])
    assert (here / "registry" / "load" / "1" / "card.md").is_file()

    run(*command("rollcast predict"), here=here)
    assert (here / "ahead.png").is_file()

    (program,) = [text for kind, text in BLOCKS if kind == "python"]
    with real_server(registry=here / "registry") as server:
        printed = run("-c", program.replace("http://127.0.0.1:8000", server.url), here=here)
    assert "lower_80" in printed
    assert "(48, " in printed

    write(here / "demand.csv", 700)  # two days more
    told = run(*command("rollcast update"), here=here)
    versions = Registry.at(here / "registry").listing()["load"].versions
    assert list(versions) == [1, 2], told


def test_each_block_is_tried_here_and_each_flag_is_there() -> None:
    assert [kind for kind, _ in BLOCKS] == ["csv", "sh", "sh", "sh", "python", "sh"]
    told = subprocess.run(
        [sys.executable, "-m", "rollcast", "train", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    flags = set(re.findall(r"--[a-z]+", PAGE)) - {"--level", "--plot"}  # these are of `rollcast predict`
    assert len(flags) > 10
    assert [flag for flag in flags if flag not in told.stdout] == []
