"""The client stands on httpx and numpy alone: a fresh interpreter in which nothing else can be imported."""

import subprocess
import sys
from pathlib import Path

import pytest

import rollcast

ROOT = Path(__file__).parents[3]
# What `pip install rollcast[client]` brings, and the interpreter's own modules.
BROUGHT = ("rollcast", "numpy", "httpx", "httpcore", "h11", "certifi", "idna", "anyio", "sniffio", "typing_extensions")
BLOCKED = f"""
import sys
BROUGHT = {BROUGHT!r}
class Blocked:
    def find_spec(self, name, path=None, target=None):
        root = name.partition(".")[0]
        if root not in BROUGHT and root not in sys.stdlib_module_names:
            raise ModuleNotFoundError(f"{{name}} is blocked", name=name)
sys.meta_path.insert(0, Blocked())
"""


def fresh(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", BLOCKED + code], cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_client_needs_nothing_else() -> None:
    result = fresh(
        "from rollcast import AsyncClient, Client, Forecast, Problem\n"
        "from rollcast.client.request import asked_of\n"
        "from rollcast.client.forecast import forecasts_of\n"
        "client = Client('http://127.0.0.1:1')\n"
        "asked = asked_of([1.0, None], {'end': '2024-01-01', 'freq': '1d'})\n"
        "answer = {'model': 'm', 'version': 1, 'predictions': [2.0], 'timestamps': ['2024-01-02T00:00:00+00:00']}\n"
        "print(forecasts_of(answer, asked.sources, many=False)[0].timestamps)\n"
        "print({'models', 'service', 'training', 'onnxruntime'} & set(sys.modules))"
    )
    assert result.stdout.splitlines() == ["[datetime.datetime(2024, 1, 2, 0, 0)]", "set()"], result.stderr


def test_importing_rollcast_loads_nothing() -> None:
    result = fresh(
        "import rollcast\nprint({'numpy', 'httpx', 'rollcast.client', 'rollcast.cli', 'models'} & set(sys.modules))"
    )
    assert result.stdout == "set()\n", result.stderr


def test_the_command_says_what_it_lacks() -> None:
    result = fresh("sys.argv = ['rollcast']\nfrom rollcast.__main__ import run\nrun()")
    assert result.returncode == 1
    assert "which is not installed: pip install 'rollcast[serve]'" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(("name", "extra"), [("load", "client,serve"), ("train", "train")])
def test_what_a_name_lacks_is_told_with_the_extra_that_brings_it(name: str, extra: str) -> None:
    result = fresh(f"BROUGHT += ('models', 'service', 'training')\nfrom rollcast import {name}")
    told = f"rollcast.{name} needs pydantic, which is not installed: pip install 'rollcast[{extra}]'"
    assert result.stderr.splitlines()[-1] == f"ModuleNotFoundError: {told}"


def test_what_programs_use_is_listed_and_there() -> None:
    assert {"AsyncClient", "Client", "Forecast", "Problem", "Retries", "load", "train"} <= set(dir(rollcast))
    for name in rollcast._PUBLIC:
        assert getattr(rollcast, name).__name__ == name
    assert not hasattr(rollcast, "Clinet")
