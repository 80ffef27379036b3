"""The token that tells of changes."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from models.errors import RegistryError
from models.registry.change_token import CHANGED, read_change_token, renew_change_token
from models.registry.folder_storage import FolderStorage
from models.registry.registry import Registry
from tests.support.tiny import publish_tiny


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return Registry.at(tmp_path / "registry")


def test_publishing_and_promoting_renew_it(registry: Registry) -> None:
    tokens = [read_change_token(registry.storage)]
    changes: list[Callable[[], object]] = [
        lambda: publish_tiny(registry, "one"),
        lambda: publish_tiny(registry, "one", seed=1),
        lambda: registry.promote("one", 1),
        lambda: registry.promote("one", 1, alias="canary"),
    ]
    for change in changes:
        change()
        tokens.append(read_change_token(registry.storage))
    assert tokens[0] is None
    assert len(set(tokens)) == 5
    assert list(registry.listing()) == ["one"]


def test_looking_does_not_renew_it(registry: Registry) -> None:
    publish_tiny(registry, "one")
    before = read_change_token(registry.storage)
    registry.listing()
    registry.open("one", 1)
    assert read_change_token(registry.storage) == before


def test_who_cannot_write_it_has_published_all_the_same(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    publish_tiny(registry, "one")
    before = read_change_token(registry.storage)
    monkeypatch.setattr("models.registry.folder_storage.replace_durably", fail)
    renew_change_token(registry.storage)
    assert read_change_token(registry.storage) == before


def test_one_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / CHANGED).mkdir()
    with pytest.raises(RegistryError, match=r"^\.changed can't be read: Is a directory"):
        read_change_token(FolderStorage(tmp_path))


def test_what_a_dead_publisher_left_beside_it_is_removed(registry: Registry) -> None:
    publish_tiny(registry, "one")
    leftover = Path(registry.storage.location) / ".new-dead"
    leftover.write_bytes(b"half")
    renew_change_token(registry.storage)
    assert not leftover.exists()
