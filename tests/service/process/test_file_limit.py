"""The limit of open files, and how many connections fit under it."""

import subprocess
import sys

import pytest

from service.process.file_limit import SPARE_FILES
from tests.support.real_server import ROOT

CODE = """
import logging, resource
from service.process.file_limit import most_connections
logging.basicConfig(format="%(message)s")
print(most_connections(100), most_connections(10_000), resource.getrlimit(resource.RLIMIT_NOFILE)[0])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="prlimit is Linux's")
def test_the_soft_limit_is_raised_and_the_bound_lowered_to_fit_under_it() -> None:
    command = ["prlimit", "--nofile=128:256", sys.executable, "-c", CODE]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    few, many, limit = map(int, result.stdout.split())
    assert (few, limit) == (100, 256)
    assert 150 < many <= 256 - SPARE_FILES
    assert result.stderr == f"at most {many} connections at a time, not 10000: the limit of open files is 256\n"
