"""A service of small models, a browser, and the page open in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.support.page import Visit, chromium, visiting
from tests.support.real_server import Server, real_server
from tests.support.tiny import timed_registry, tiny_registry


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("registry")
    tiny_registry(path)
    timed_registry(path)
    return path


@pytest.fixture(scope="module")
def server(registry: Path) -> Iterator[Server]:
    with real_server(registry=registry) as server:
        yield server


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def visit(browser: Browser, server: Server) -> Iterator[Visit]:
    with visiting(browser, server.url, permissions=["clipboard-read", "clipboard-write"]) as visit:
        yield visit
