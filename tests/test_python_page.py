"""docs/python.md does what it says: its blocks, one after another, are a program that runs."""

import os
import re
import subprocess
import sys
from pathlib import Path

from models.registry.registry import Registry
from tests.support.reference import ROOT

PAGE = (ROOT / "docs" / "python.md").read_text()
BLOCKS = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
SMALL = "name='load', minutes=0.01, members=1, units=4, quiet=True"


def test_its_blocks_are_a_program_that_runs(tmp_path: Path) -> None:
    assert len(BLOCKS) == PAGE.count("```python") == 4
    code = "".join(BLOCKS)
    assert code.count('name="load"') == 1
    result = subprocess.run(
        [sys.executable, "-c", code.replace('name="load"', SMALL)],
        cwd=tmp_path,  # where models/artifacts is not the repository's
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert Registry.at(tmp_path / "models" / "artifacts").listing()["load"].versions == (1,)
    assert "2024-01-17 16:00:00" in result.stdout  # the first of the 24 hours
    assert "load@1 24 " in result.stdout
    assert "the window has 2 values; load@1 needs at least" in result.stdout
