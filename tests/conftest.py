"""Fixtures shared by all tests."""

import os
import shutil
from pathlib import Path

import pytest

from models.registry import Registry
from tests.support.tiny import tiny_registry

ARTIFACTS = Path(__file__).parents[1] / "models" / "artifacts"
REFERENCE_MODELS = ["sine-lstm", "sine-simple-rnn", "victoria-demand"]


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
    for name in REFERENCE_MODELS:
        shutil.copytree(ARTIFACTS / name / "1", path / name / "1")
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
