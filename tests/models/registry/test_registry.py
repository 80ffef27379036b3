"""Listing, resolving and promoting."""

import errno
import json
import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from models.errors import InvalidName, RefusedVersion, RegistryError, UnknownModel
from models.references import parse_reference
from models.registry.folder_storage import FolderStorage
from models.registry.listing import Entry, resolve
from models.registry.registry import Registry
from tests.support.tiny import publish_tiny

LISTING = {
    "sine-lstm": Entry((1, 3, 10), {"champion": 3}),
    "sine-rnn": Entry((2,)),
    "gone": Entry((2,), {"champion": 7, "old": 1}),
}


def test_names_and_whether_they_have_aliases_are_known_without_a_look_into_a_version(tmp_path: Path) -> None:
    for folder in ("two/1", "one", ".staging-x", "No-name"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "file").write_text("")
    (tmp_path / "one" / "aliases.json").write_text("not read")
    registry = Registry.at(tmp_path)
    assert registry.names() == ["one", "two"]
    assert [*map(registry.has_aliases, ("one", "two", "three"))] == [True, False, False]


def test_the_listing_shows_versions_in_numerical_order(registry: Registry) -> None:
    assert registry.listing()["many"] == Entry((1, 2, 3), {"champion": 2})
    assert list(registry.listing()) == ["driven", "many", "pair", "tiny"]


def test_a_missing_folder_is_an_empty_registry(tmp_path: Path) -> None:
    assert Registry.at(tmp_path / "missing").listing() == {}


def test_a_file_in_the_folders_place_is_not(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RegistryError, match="can't be listed: Not a directory"):
        Registry.at(tmp_path / "file").listing()


def test_what_is_no_published_version_is_passed_over(tmp_path: Path, registry_path: Path) -> None:
    shutil.copytree(registry_path / "tiny", tmp_path / "tiny")
    shutil.copytree(registry_path / "tiny", tmp_path / "Not-A-Name")
    (tmp_path / "tiny" / "2").mkdir()  # a version without a manifest does not exist
    for name in ("01", "latest", ".staging-x", "3.bak"):
        shutil.copytree(tmp_path / "tiny" / "1", tmp_path / "tiny" / name)
    (tmp_path / "tiny" / "4").symlink_to(tmp_path / "tiny" / "1")
    (tmp_path / "link").symlink_to(tmp_path / "tiny")
    (tmp_path / "empty").mkdir()
    assert Registry.at(tmp_path).listing() == {"tiny": Entry((1,))}


@pytest.mark.parametrize(
    ("reference", "version"),
    [("sine-lstm", 3), ("sine-lstm@10", 10), ("sine-lstm@champion", 3), ("sine-rnn", 2)],
)
def test_a_bare_name_is_the_champion_or_else_the_newest(reference: str, version: int) -> None:
    assert resolve(LISTING, parse_reference(reference)) == (parse_reference(reference).name, version)


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        ("sine-lst", 'no model is named "sine-lst"; did you mean sine-lstm( or sine-rnn)?[?]$'),
        ("zzz", "; there are sine-lstm, sine-rnn, gone$"),
        ("sine-lstm@4", "sine-lstm has no version 4; its newest are 1, 3, 10"),
        ("sine-lstm@champ", r'no alias "champ"; did you mean champion\?'),
        ("gone", "gone@champion names version 7, which is not there; ask for an exact version, as in gone@2"),
        ("gone@old", "gone@old names version 1, which is not there;.*the newest are 2"),
        ("gone@7", "gone has no version 7; its newest are 2$"),
        ("sine-rnn@champion", 'no alias "champion"; it has none'),
    ],
)
def test_what_is_unknown_comes_with_what_is_near(reference: str, message: str) -> None:
    with pytest.raises(UnknownModel, match=message):
        resolve(LISTING, parse_reference(reference))


def test_nothing_is_near_in_an_empty_registry() -> None:
    with pytest.raises(UnknownModel, match=r'no model is named "sine-lstm"$'):
        resolve({}, parse_reference("sine-lstm"))


def test_promotion_moves_the_alias_and_keeps_the_others(tmp_path: Path) -> None:
    registry = Registry.at(tmp_path)
    publish_tiny(registry, "tiny")
    publish_tiny(registry, "tiny")
    registry.promote("tiny", 2, "canary")
    registry.promote("tiny", 2)
    registry.promote("tiny", 1)
    assert registry.listing()["tiny"].aliases == {"canary": 2, "champion": 1}
    assert registry.resolve(parse_reference("tiny")) == ("tiny", 1)


def test_only_a_version_that_opens_can_be_promoted(tmp_path: Path) -> None:
    registry = Registry.at(tmp_path)
    publish_tiny(registry, "tiny")
    with pytest.raises(UnknownModel, match="no version 2"):
        registry.promote("tiny", 2)
    (tmp_path / "tiny" / "1" / "model.onnx").unlink()
    with pytest.raises(RefusedVersion, match=r"model\.onnx can't be read"):
        registry.promote("tiny", 1)
    assert registry.listing()["tiny"].aliases == {}


def test_an_alias_is_checked_before_it_is_written(tmp_path: Path) -> None:
    registry = Registry.at(tmp_path)
    publish_tiny(registry, "tiny")
    with pytest.raises(InvalidName):
        registry.promote("tiny", 1, "3")


def test_an_alias_that_can_not_be_written_is_a_registry_error(tmp_path: Path) -> None:
    registry = Registry.at(tmp_path)
    publish_tiny(registry, "tiny")
    (tmp_path / "tiny" / "aliases.json").mkdir()
    assert "can't be read" in (registry.listing()["tiny"].problem or "")
    with pytest.raises(RegistryError, match="can't be read"):
        registry.promote("tiny", 1)


def test_a_full_disk_keeps_the_aliases_as_they_were(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    registry = Registry.at(tmp_path)
    publish_tiny(registry, "tiny")
    publish_tiny(registry, "tiny")
    registry.promote("tiny", 1)

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("models.registry.folder_storage.replace_durably", full)
    with pytest.raises(RegistryError, match="can't be written: No space left"):
        registry.promote("tiny", 2)
    assert registry.listing()["tiny"].aliases == {"champion": 1}


@pytest.mark.parametrize(
    "content",
    ["[]", "{", '{"champion": "1"}', '{"champion": true}', '{"Champion": 1}', "\xff", '{"a": 0}', f'{{"a": {10**20}}}',
     "[" * 100_000],
)  # fmt: skip
def test_aliases_that_make_no_sense_are_reported_and_exact_versions_still_resolve(tmp_path: Path, content: str) -> None:
    registry = Registry.at(tmp_path)
    publish_tiny(registry, "tiny")
    (tmp_path / "tiny" / "aliases.json").write_text(content, encoding="latin-1")
    with pytest.raises(RefusedVersion, match=r"aliases\.json"):
        registry.resolve(parse_reference("tiny"))
    assert registry.resolve(parse_reference("tiny@1")) == ("tiny", 1)


def pipe(path: Path) -> None:
    os.mkfifo(path)


def dangling(path: Path) -> None:
    path.symlink_to("nothing")


@pytest.mark.parametrize(("make", "reason"), [(pipe, "it is not a regular file"), (dangling, "it is a link")])
def test_aliases_that_are_no_file_are_a_problem_and_not_none(
    tmp_path: Path, make: Callable[[Path], None], reason: str
) -> None:
    publish_tiny(Registry.at(tmp_path), "tiny")
    make(tmp_path / "tiny" / "aliases.json")
    entry = Registry.at(tmp_path).listing()["tiny"]
    assert entry == Entry((1,), problem=f"tiny/aliases.json can't be read: {reason}")
    assert entry.default == 1


def test_a_name_that_can_not_be_listed_is_its_own_problem(
    registry_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = Path(shutil.copytree(registry_path, tmp_path / "copy"))

    def guarded(folder: Path) -> object:
        if folder == root / "pair":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return os_scandir(folder)

    os_scandir = os.scandir
    monkeypatch.setattr(os, "scandir", guarded)
    listing = Registry.at(root).listing()
    assert list(listing) == ["driven", "many", "pair", "tiny"]
    assert listing["pair"] == Entry((), problem="pair can't be listed: Permission denied")
    for reference in ("pair", "pair@1"):
        with pytest.raises(RefusedVersion, match=f"{reference} can't be resolved: pair can't be listed"):
            resolve(listing, parse_reference(reference))


def test_a_version_that_can_not_be_looked_into_is_listed_and_refused_on_opening(
    registry_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = Path(shutil.copytree(registry_path, tmp_path / "copy"))

    def guarded(path: Path, *, dir_fd: int | None = None, follow_symlinks: bool = True) -> os.stat_result:
        if Path(path) == root / "many" / "3" / "manifest.json":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return os_stat(path, dir_fd=dir_fd, follow_symlinks=follow_symlinks)

    os_stat = os.stat
    monkeypatch.setattr(os, "stat", guarded)
    monkeypatch.setattr(os, "lstat", lambda path: guarded(path, follow_symlinks=False))
    assert Registry.at(root).listing()["many"] == Entry((1, 2, 3), {"champion": 2})
    with pytest.raises(RefusedVersion, match=r"^manifest\.json can't be read: Permission denied$"):
        Registry.at(root).open("many", 3)


def test_promotions_at_the_same_time_all_stay(tmp_path: Path) -> None:
    publish_tiny(Registry.at(tmp_path), "tiny")
    aliases = [f"a{number}" for number in range(8)]
    together = threading.Barrier(len(aliases))

    def promote(alias: str) -> None:
        together.wait()
        Registry.at(tmp_path).promote("tiny", 1, alias)

    threads = [threading.Thread(target=promote, args=(alias,)) for alias in aliases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert json.loads((tmp_path / "tiny" / "aliases.json").read_text()) == dict.fromkeys(aliases, 1)


def test_going_back_is_promoting_an_older_version(tmp_path: Path) -> None:
    registry = Registry.at(tmp_path)
    for _ in range(3):
        publish_tiny(registry, "tiny")
    registry.promote("tiny", 3)
    registry.promote("tiny", 2)
    assert registry.resolve(parse_reference("tiny")) == ("tiny", 2)
    assert registry.listing()["tiny"] == Entry((1, 2, 3), {"champion": 2})
    assert publish_tiny(registry, "tiny").version == 4
    assert registry.resolve(parse_reference("tiny")) == ("tiny", 2)


def test_a_version_that_vanishes_while_it_is_promoted_is_not_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = Registry.at(tmp_path)
    publish_tiny(registry, "tiny")
    publish_tiny(registry, "tiny")
    swap = FolderStorage.swap

    def overtaken(storage: FolderStorage, *arguments: Any, **options: Any) -> None:
        monkeypatch.setattr(FolderStorage, "swap", swap)
        assert registry.remove("tiny", 1)
        swap(storage, *arguments, **options)

    monkeypatch.setattr(FolderStorage, "swap", overtaken)
    with pytest.raises(UnknownModel, match="tiny has no version 1"):
        registry.promote("tiny", 1)
    assert registry.listing()["tiny"] == Entry((2,))


def test_leftovers_are_removed_in_every_name_and_told_with_it(tmp_path: Path) -> None:
    registry = Registry.at(tmp_path)
    publish_tiny(registry, "tiny")
    for leftover in (".staging-x", ".removed-3"):
        (tmp_path / "tiny" / leftover).mkdir()
    (tmp_path / "first" / ".staging-y").mkdir(parents=True)  # of a name that has no version yet
    (tmp_path / ".new-z").write_text("")
    (tmp_path / "No-Name" / ".staging-x").mkdir(parents=True)
    assert registry.remove_leftovers() == [".new-z", "first/.staging-y", "tiny/.removed-3", "tiny/.staging-x"]
    assert (tmp_path / "No-Name" / ".staging-x").is_dir()
    registry.open("tiny", 1)


def unseal(path: Path) -> bytes:
    """A manifest as it was written before it had a hash."""
    document = json.loads(path.read_text())
    del document["sha256"]
    path.write_text(json.dumps(document))
    return path.read_bytes()


def test_a_manifest_of_before_is_given_its_hash_once(tmp_path: Path) -> None:
    registry = Registry.at(tmp_path)
    publish_tiny(registry, "tiny")
    path = tmp_path / "tiny" / "1" / "manifest.json"
    sealed = path.read_bytes()
    unseal(path)
    assert registry.upgrade_manifest("tiny", 1)
    assert path.read_bytes() == sealed
    assert not registry.upgrade_manifest("tiny", 1)
    assert sorted(each.name for each in path.parent.iterdir()) == ["manifest.json", "model.onnx", "plots"]


def test_a_version_that_does_not_open_is_not_given_a_hash(tmp_path: Path) -> None:
    registry = Registry.at(tmp_path)
    publish_tiny(registry, "tiny")
    before = unseal(tmp_path / "tiny" / "1" / "manifest.json")
    (tmp_path / "tiny" / "1" / "model.onnx").write_bytes(b"")
    with pytest.raises(RefusedVersion):
        registry.upgrade_manifest("tiny", 1)
    assert (tmp_path / "tiny" / "1" / "manifest.json").read_bytes() == before


def test_a_manifest_that_can_not_be_replaced_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    registry = Registry.at(tmp_path)
    publish_tiny(registry, "tiny")
    before = unseal(tmp_path / "tiny" / "1" / "manifest.json")

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("models.registry.folder_storage.replace_durably", full)
    with pytest.raises(RegistryError, match=r"tiny/1/manifest\.json can't be written: No space left"):
        registry.upgrade_manifest("tiny", 1)
    assert (tmp_path / "tiny" / "1" / "manifest.json").read_bytes() == before


def test_a_file_is_read_as_it_was_published_or_not_at_all(tmp_path: Path) -> None:
    registry = Registry.at(tmp_path)
    manifest = publish_tiny(registry, "tiny")
    assert registry.read(manifest, "plots/loss.png") == b"PNG"
    with pytest.raises(RefusedVersion, match="tiny@1 has no other"):
        registry.read(manifest, "other.png")
    (tmp_path / "tiny" / "1" / "plots" / "loss.png").write_bytes(b"GIF")
    with pytest.raises(RefusedVersion, match="is not the file that was published"):
        registry.read(manifest, "plots/loss.png")
