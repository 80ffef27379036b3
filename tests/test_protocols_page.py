"""docs/protocols.md does what it says: each of its curl lines is run against a real server."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.real_server import Server, real_server
from tests.support.reference import ROOT

PAGE = (ROOT / "docs" / "protocols.md").read_text()
LINES = re.findall(r"^```sh\n(curl .*?)^```$", PAGE, re.MULTILINE | re.DOTALL)

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")


@pytest.fixture(scope="module")
def server(reference_path: Any) -> Iterator[Server]:
    with real_server(registry=reference_path) as server:
        yield server


def test_the_page_has_a_line_for_each_protocol() -> None:
    assert len(LINES) == PAGE.count("\n## ")


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.split()[1].partition(":8000")[2])
def test_a_curl_line_is_answered(server: Server, line: str) -> None:
    request = line.replace("http://127.0.0.1:8000", server.url).replace("curl ", "curl --silent --fail-with-body ", 1)
    result = subprocess.run(["bash", "-c", request], capture_output=True, text=True, timeout=30, check=False)
    assert result.returncode == 0, result.stdout
    assert len(_numbers(json.loads(result.stdout))) >= 3


def _numbers(answer: Any) -> list[float]:
    """All the numbers that are no whole ones: forecasts."""
    if isinstance(answer, dict | list):
        return [each for part in (answer.values() if isinstance(answer, dict) else answer) for each in _numbers(part)]
    return [answer] if isinstance(answer, float) else []
