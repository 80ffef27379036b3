"""Clients that others wrote, in an environment of their own, beside a real server."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients.asking import PYTHON
from tests.support.real_server import Server, real_server

collect_ignore = ["scripts"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip all of this folder where its clients are not installed."""
    if PYTHON.exists():
        return
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.skip(reason="run by make test-clients, which makes .venv-clients"))


@pytest.fixture(scope="session")
def server(reference_path: Path) -> Iterator[Server]:
    with real_server(registry=reference_path) as server:
        yield server
