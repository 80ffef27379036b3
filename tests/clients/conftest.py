"""Clients that others wrote, in an environment of their own, beside a real server."""

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.real_server import Server, real_server
from tests.support.reference import ROOT

SCRIPTS, PYTHON = Path(__file__).parent / "scripts", ROOT / ".venv-clients" / "bin" / "python"
TIMEOUT_S = 300

collect_ignore = ["scripts"]

Run = Callable[..., str]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip all of this folder where its clients are not installed."""
    if PYTHON.exists():
        return
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.skip(reason="run by make test-clients, which makes .venv-clients"))


@pytest.fixture(scope="session")
def run() -> Run:
    """Run the clients' Python; what it printed."""

    def run(*arguments: object, **environment: str) -> str:
        # None of the service's own packages must be found there.
        inherited = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
        result = subprocess.run(
            [str(PYTHON), *map(str, arguments)],
            env={**inherited, **environment},
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )
        assert result.returncode == 0, f"{result.stdout[-4000:]}\n{result.stderr[-4000:]}"
        return result.stdout

    return run


@pytest.fixture(scope="session")
def ask(run: Run) -> Callable[..., Any]:
    """Run a script with a server's address; the JSON that it printed last."""

    def ask(script: str, server: Server, *arguments: object) -> Any:
        return json.loads(run(SCRIPTS / script, server.url, *arguments).splitlines()[-1])

    return ask


@pytest.fixture(scope="session")
def server(reference_path: Path) -> Iterator[Server]:
    with real_server(registry=reference_path) as server:
        yield server
