"""Pruning: the oldest go, and what somebody may still ask for stays."""

from pathlib import Path

import pytest

from models.errors import RegistryError, UnknownModel
from models.registry.folder_storage import FolderStorage
from models.registry.pruner import prune
from models.registry.registry import Registry
from tests.support.tiny import publish_tiny


@pytest.fixture
def five(tmp_path: Path) -> Registry:
    registry = Registry.at(tmp_path)
    for _ in range(5):
        publish_tiny(registry, "tiny")
    return registry


def test_the_oldest_go_but_those_that_an_alias_names(five: Registry) -> None:
    five.promote("tiny", 1)
    five.promote("tiny", 2, "canary")
    assert prune(five, "tiny", keep=2) == [3]
    assert five.listing()["tiny"].versions == (1, 2, 4, 5)


def test_a_dry_run_tells_and_removes_nothing(five: Registry) -> None:
    assert prune(five, "tiny", keep=1, dry_run=True) == [1, 2, 3, 4]
    assert five.listing()["tiny"].versions == (1, 2, 3, 4, 5)


@pytest.mark.parametrize("keep", [5, 6])
def test_where_there_are_not_more_nothing_goes(five: Registry, keep: int) -> None:
    assert prune(five, "tiny", keep=keep) == []
    assert five.listing()["tiny"].versions == (1, 2, 3, 4, 5)


def test_numbers_are_not_given_again(five: Registry, tmp_path: Path) -> None:
    prune(five, "tiny", keep=1)
    assert publish_tiny(five, "tiny").version == 6
    assert sorted(path.name for path in (tmp_path / "tiny").iterdir()) == [".lock", ".numbers", "5", "6"]


def test_a_version_that_does_not_open_is_none_of_those_kept(five: Registry, tmp_path: Path) -> None:
    """Else the last good one would go, and a bare name would mean nothing that can be served."""
    for version in (2, 4, 5):
        (tmp_path / "tiny" / str(version) / "model.onnx").write_bytes(b"")
    assert prune(five, "tiny", keep=1) == [1, 2]
    assert five.listing()["tiny"].versions == (3, 4, 5)
    five.open("tiny", 3)


def test_the_newest_always_stays(five: Registry) -> None:
    with pytest.raises(RegistryError, match="at least 1 version must be kept, not 0"):
        prune(five, "tiny", keep=0)


def test_what_is_not_there_is_told(five: Registry) -> None:
    with pytest.raises(UnknownModel, match=r'no model is named "tinny"; did you mean tiny\?'):
        prune(five, "tinny", keep=1)


def test_nothing_goes_while_it_is_not_known_what_the_aliases_name(five: Registry, tmp_path: Path) -> None:
    (tmp_path / "tiny" / "aliases.json").write_text("{")
    with pytest.raises(RegistryError, match=r"tiny can't be pruned, as what its aliases name is not known: .*aliases"):
        prune(five, "tiny", keep=1)
    assert five.listing()["tiny"].versions == (1, 2, 3, 4, 5)


def test_a_version_that_is_promoted_at_the_last_moment_stays(five: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    remove = FolderStorage.remove

    def overtaken(storage: FolderStorage, folder: str, below: str, name: str, expected: bytes | None) -> None:
        if below == "2" and expected is None:
            five.promote("tiny", 2)
        remove(storage, folder, below, name, expected)

    monkeypatch.setattr(FolderStorage, "remove", overtaken)
    assert prune(five, "tiny", keep=2) == [1, 3]
    assert five.listing()["tiny"].versions == (2, 4, 5)


def test_two_that_prune_at_once_do_not_trip_over_each_other(five: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    remove, others = FolderStorage.remove, [None]

    def overtaken(storage: FolderStorage, folder: str, below: str, name: str, expected: bytes | None) -> None:
        if others:
            others.pop()
            assert prune(five, "tiny", keep=3) == [1, 2]
        remove(storage, folder, below, name, expected)

    monkeypatch.setattr(FolderStorage, "remove", overtaken)
    assert prune(five, "tiny", keep=3) == []


def test_a_version_that_can_not_be_removed_is_named(five: Registry, tmp_path: Path) -> None:
    (tmp_path / "tiny" / ".removed-1").write_text("in its way")
    with pytest.raises(RegistryError, match=rf"{tmp_path}/tiny/1 can't be removed: Not a directory"):
        prune(five, "tiny", keep=4)
    assert five.listing()["tiny"].versions == (1, 2, 3, 4, 5)
