"""Requests that schemathesis makes of the OpenAPI document, with every check that it has."""

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.harness.bars import Bar
from benchmarks.harness.processes import ROOT, Server

LONGEST_S = 300
# Which windows a model takes, no schema can say: what is well-formed may still be refused, by a documented 422. Nor can
# one say that bytes begin with JSON (400).
CONFIGURATION = """
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "400", "404", "413", "422", "503"]
"""


def drill(server: Server, examples: int) -> Iterator[Bar]:
    """Let schemathesis try so many requests of each operation; the number of cases and what it found."""
    with tempfile.TemporaryDirectory(prefix="rollcast-fuzz-") as folder:
        configuration = Path(folder) / "schemathesis.toml"
        configuration.write_text(CONFIGURATION)
        flags = ["--max-examples", str(examples), "--phases", "examples,coverage,fuzzing,stateful", "--checks", "all"]
        flags += ["--no-color", "--no-shrink", "--seed", "1", "--continue-on-failure", "--suppress-health-check", "all"]
        command = [_program(), "--config-file", str(configuration), "run"]
        address = f"http://127.0.0.1:{server.port}/openapi.json"
        try:
            done = subprocess.run(
                [*command, address, *flags], cwd=folder, capture_output=True, text=True, timeout=LONGEST_S
            )
        except subprocess.TimeoutExpired:
            yield Bar("schemathesis, all checks", f"not over after {LONGEST_S} s", "no failure", False)
            return
    generated = re.search(r"(\d+) generated", done.stdout)
    cases = int(generated[1]) if generated else 0
    failures = re.findall(r"^- (.*)$", done.stdout, re.MULTILINE)
    broken = "; ".join(failures[:5]) or " ".join((done.stdout + done.stderr).split())[-300:]
    met = done.returncode == 0 and cases > 0
    yield Bar("schemathesis, all checks", f"{cases} cases" + ("" if met else f": {broken}"), "no failure", met)


def _program() -> str:
    beside = Path(sys.executable).with_name("schemathesis")
    found = str(beside) if beside.exists() else shutil.which("schemathesis")
    if found is None:
        raise SystemExit(f"schemathesis is not installed: make setup .venv/.dev in {ROOT.name}")
    return found
