"""Fixtures shared by all tests."""

import os
import shutil
import time
from pathlib import Path

import pytest

from models.registry.registry import Registry
from tests.support.any_series.pretrained import pretrain_any_series
from tests.support.newer_files import train_load
from tests.support.reference import ARTIFACTS, REFERENCE_MODELS
from tests.support.seasonal.any_series import any_series_registry
from tests.support.tiny import tiny_registry


def pytest_configure() -> None:
    """Run every test on a clock that is not UTC's, so that a forgotten time zone shows."""
    os.environ["TZ"] = "Australia/Melbourne"
    time.tzset()


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def registry_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A registry of tiny models; not to be changed."""
    path = tmp_path_factory.mktemp("registry")
    tiny_registry(path)
    return path


@pytest.fixture(scope="session")
def reference_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reference models alone, whatever else was trained beside them."""
    path = tmp_path_factory.mktemp("reference")
    for name, version in REFERENCE_MODELS.items():
        shutil.copytree(ARTIFACTS / name / str(version), path / name / str(version))
    return path


@pytest.fixture(scope="session")
def any_series_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A registry of a model for windows of any length and season, and one for others; not to be changed."""
    return Path(any_series_registry(tmp_path_factory.mktemp("any-series")).storage.location)


@pytest.fixture(scope="session")
def load_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The registry of load@1, which was trained; not to be changed."""
    return Path(train_load(tmp_path_factory.mktemp("load")).storage.location)


@pytest.fixture(scope="session")
def pretrained_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The registry of a tiny any-series@1, which was pretrained; not to be changed."""
    return Path(pretrain_any_series(tmp_path_factory.mktemp("pretrained")).storage.location)


@pytest.fixture
def pretrained_registry(pretrained_path: Path, tmp_path: Path) -> Registry:
    """A copy of it, to publish in."""
    shutil.copytree(pretrained_path, tmp_path / "registry")
    return Registry.at(tmp_path / "registry")


@pytest.fixture
def load_registry(load_path: Path, tmp_path: Path) -> Registry:
    """A copy of it, to publish in."""
    shutil.copytree(load_path, tmp_path / "registry")
    return Registry.at(tmp_path / "registry")


@pytest.fixture
def registry(registry_path: Path) -> Registry:
    return Registry.at(registry_path)


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Variables of whoever runs the tests must not change what is tested."""
    for name in list(os.environ):
        if name.startswith("ROLLCAST_"):
            monkeypatch.delenv(name)
