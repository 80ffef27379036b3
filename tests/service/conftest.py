"""The service in process, over tiny models."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from service.settings import Settings
from tests.support.in_process import Client, running
from tests.support.tiny import timed_registry


@pytest.fixture(scope="module")
async def client(registry_path: Path) -> AsyncIterator[Client]:
    async with running(Settings(registry=registry_path)) as client:
        yield client


@pytest.fixture(scope="session")
def timed_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A registry of models that take times and give intervals; not to be changed."""
    return Path(timed_registry(tmp_path_factory.mktemp("timed")).storage.location)


@pytest.fixture(scope="module")
async def timed_client(timed_path: Path) -> AsyncIterator[Client]:
    async with running(Settings(registry=timed_path)) as client:
        yield client


@pytest.fixture(scope="module")
async def any_series_client(any_series_path: Path) -> AsyncIterator[Client]:
    async with running(Settings(registry=any_series_path)) as client:
        yield client


@pytest.fixture
async def client_of_its_own(registry_path: Path) -> AsyncIterator[Client]:
    """For tests that look at what has been opened so far."""
    async with running(Settings(registry=registry_path)) as client:
        yield client


@pytest.fixture
async def impatient_client(registry_path: Path) -> AsyncIterator[Client]:
    async with running(Settings(registry=registry_path, timeout_s=0.001)) as client:
        yield client


@pytest.fixture
async def lone_client(registry_path: Path, tmp_path: Path) -> AsyncIterator[Client]:
    """Over a registry of one name."""
    shutil.copytree(registry_path / "tiny", tmp_path / "lone" / "tiny")
    async with running(Settings(registry=tmp_path / "lone")) as client:
        yield client
