"""Fixtures shared by all tests."""

import os
from pathlib import Path

import pytest

from models.registry import Registry
from tests.support.tiny import tiny_registry


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def registry_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A registry of tiny models; not to be changed."""
    path = tmp_path_factory.mktemp("registry")
    tiny_registry(path)
    return path


@pytest.fixture
def registry(registry_path: Path) -> Registry:
    return Registry(registry_path)


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Variables of whoever runs the tests must not change what is tested."""
    for name in list(os.environ):
        if name.startswith("ROLLCAST_"):
            monkeypatch.delenv(name)
