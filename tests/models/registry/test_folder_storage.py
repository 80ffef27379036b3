"""A folder as the registry's storage: real files, and everything that may lie in their place."""

import os
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from models.registry import folder_storage as module
from models.registry.durable_write import replace_durably
from models.registry.folder_storage import FolderStorage
from models.registry.storage import MissingFile, OversizedFile, StorageConflict, StorageError


@pytest.fixture
def storage(tmp_path: Path) -> FolderStorage:
    return FolderStorage(tmp_path)


def left(folder: Path) -> list[str]:
    """Everything below a folder but the lock."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.name != ".lock")


def test_messages_name_the_folder_and_what_lies_in_it(storage: FolderStorage, tmp_path: Path) -> None:
    assert storage.location == str(tmp_path)
    assert storage.locate("sine/2") == str(tmp_path / "sine" / "2")


def test_folders_are_named_without_files_and_links(storage: FolderStorage, tmp_path: Path) -> None:
    for name in ("sine", "sine/1", "sine/2", "sine/2/plots"):
        (tmp_path / name).mkdir()
    (tmp_path / "file").write_text("")
    (tmp_path / "link").symlink_to(tmp_path / "sine")
    assert storage.folders("") == ["sine"]
    assert sorted(storage.folders("sine")) == ["1", "2"]


def test_a_folder_that_is_not_there_has_no_folders(storage: FolderStorage) -> None:
    assert storage.folders("missing/1") == []


def test_a_file_in_a_folder_s_place_can_not_be_listed(storage: FolderStorage, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match=r"^Not a directory$") as caught:
        storage.folders("file")
    assert not isinstance(caught.value, MissingFile)


def test_whatever_lies_in_a_file_s_place_is_there(storage: FolderStorage, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    (tmp_path / "dangling").symlink_to(tmp_path / "missing")
    assert [storage.exists("", name) for name in ("file", "folder", "dangling", "missing")] == [True] * 3 + [False]
    assert not storage.exists("missing", "file")


def test_what_can_not_be_looked_into_may_be_there(storage: FolderStorage, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert storage.exists("file", "manifest.json")


def test_a_file_is_read_whole_if_it_is_no_larger_than_it_may_be(storage: FolderStorage, tmp_path: Path) -> None:
    (tmp_path / "1" / "plots").mkdir(parents=True)
    (tmp_path / "1" / "plots" / "loss.png").write_bytes(b"12345")
    assert storage.read("1", "plots/loss.png", 5) == b"12345"
    with pytest.raises(OversizedFile, match=r"^it has 5 bytes; at most 4 are allowed$") as caught:
        storage.read("1", "plots/loss.png", 4)
    assert caught.value.size_bytes == 5


@pytest.mark.parametrize("folder", ["1", "missing"])
def test_a_file_that_is_not_there_is_told_from_one_that_can_not_be_read(
    storage: FolderStorage, tmp_path: Path, folder: str
) -> None:
    (tmp_path / "1").mkdir()
    with pytest.raises(MissingFile, match=r"^No such file or directory$"):
        storage.read(folder, "model.onnx", 9)


def test_only_a_regular_file_below_its_folder_is_read(storage: FolderStorage, tmp_path: Path) -> None:
    home = tmp_path / "1"
    home.mkdir()
    (tmp_path / "secret").write_text("x")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "file").write_text("x")
    (home / "file").write_text("x")
    (home / "folder").mkdir()
    os.mkfifo(home / "pipe")
    (home / "out").symlink_to(tmp_path / "secret")
    (home / "within").symlink_to(home / "file")
    (home / "dangling").symlink_to(home / "missing")
    (home / "loop").symlink_to(home / "loop")
    (home / "linked").symlink_to(tmp_path / "elsewhere")
    for name, reason in {
        "out": "it is a link",
        "within": "it is a link",
        "dangling": "it is a link",
        "loop": "it is a link",
        "linked/file": "it lies outside its version's folder",
        "../secret": "it lies outside its version's folder",
        str(tmp_path / "secret"): "it lies outside its version's folder",
        "folder": "Is a directory",
        "pipe": "it is not a regular file",
        "file/below": "Not a directory",
        "nul\0byte": "embedded null byte",
    }.items():
        with pytest.raises(StorageError, match=f"^{reason}$") as caught:
            storage.read("1", name, 9)
        assert type(caught.value) is StorageError, name


def test_a_folder_may_be_reached_over_a_link(tmp_path: Path) -> None:
    """A registry is often a mounted volume or a link to one."""
    (tmp_path / "real" / "1").mkdir(parents=True)
    (tmp_path / "real" / "1" / "file").write_bytes(b"x")
    (tmp_path / "registry").symlink_to(tmp_path / "real")
    assert FolderStorage(tmp_path / "registry").read("1", "file", 1) == b"x"


def test_a_file_is_swapped_only_if_it_is_what_was_expected(storage: FolderStorage, tmp_path: Path) -> None:
    storage.swap("sine", "aliases.json", b"first", expected=None)
    assert (tmp_path / "sine" / "aliases.json").read_bytes() == b"first"
    storage.swap("sine", "aliases.json", b"", expected=b"first")
    storage.swap("sine", "aliases.json", b"second, and longer", expected=b"")
    assert (tmp_path / "sine" / "aliases.json").read_bytes() == b"second, and longer"
    assert left(tmp_path) == ["sine", "sine/aliases.json"]


@pytest.mark.parametrize(
    ("present", "expected"),
    [
        (b"", None),
        (b"1", None),
        (b"present", None),
        (b"present", b""),
        (b"present", b"prese"),
        (b"present", b"PRESENT"),
        (b"present", b"present, and more"),
    ],
)
def test_a_file_that_has_changed_is_a_conflict_and_stands(
    storage: FolderStorage, tmp_path: Path, present: bytes, expected: bytes | None
) -> None:
    (tmp_path / "file").write_bytes(present)
    with pytest.raises(StorageConflict, match=r"^its content has changed$"):
        storage.swap("", "file", b"new", expected)
    assert (tmp_path / "file").read_bytes() == present
    assert left(tmp_path) == ["file"]


def test_a_file_that_has_gone_is_a_conflict_and_stays_away(storage: FolderStorage, tmp_path: Path) -> None:
    with pytest.raises(StorageConflict, match=r"^its content has changed$"):
        storage.swap("", "file", b"new", expected=b"old")
    assert left(tmp_path) == []


def test_what_is_no_regular_file_is_neither_swapped_nor_a_conflict(storage: FolderStorage, tmp_path: Path) -> None:
    (tmp_path / "target").write_bytes(b"old")
    (tmp_path / "link").symlink_to(tmp_path / "target")
    with pytest.raises(StorageError, match=r"^it is a link$") as caught:
        storage.swap("", "link", b"new", expected=b"old")
    assert type(caught.value) is StorageError
    assert (tmp_path / "target").read_bytes() == b"old"
    assert (tmp_path / "link").is_symlink()


def test_of_many_swaps_from_the_same_content_exactly_one_wins(
    storage: FolderStorage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is made slow, so that all are at it at the same time."""
    (tmp_path / "file").write_bytes(b"old")
    together = threading.Barrier(8)
    nobody = threading.Event()
    won: list[bytes] = []
    lost: list[bytes] = []

    def slowly(path: Path, content: bytes, **options: Any) -> None:
        nobody.wait(0.01)
        replace_durably(path, content, **options)

    def swap(content: bytes) -> None:
        together.wait()
        try:
            storage.swap("", "file", content, expected=b"old")
        except StorageConflict:
            lost.append(content)
        else:
            won.append(content)

    monkeypatch.setattr(module, "replace_durably", slowly)
    threads = [threading.Thread(target=swap, args=(b"%d" % number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(won), len(lost)) == (1, 7)
    assert (tmp_path / "file").read_bytes() == won[0]


def test_a_folder_that_can_be_made_can_be_written(storage: FolderStorage, tmp_path: Path) -> None:
    storage.check_writable("sine")
    assert left(tmp_path) == ["sine"]


@pytest.mark.parametrize(("name", "reason"), [("file", "File exists"), ("file/below", "Not a directory")])
def test_a_file_in_a_folder_s_place_can_not_be_written(
    storage: FolderStorage, tmp_path: Path, name: str, reason: str
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match=f"^{reason}$"):
        storage.check_writable(name)


def test_a_folder_that_can_not_be_locked_can_not_be_written(storage: FolderStorage, tmp_path: Path) -> None:
    (tmp_path / "sine" / ".lock").mkdir(parents=True)
    with pytest.raises(StorageError, match=r"^Is a directory$"):
        storage.check_writable("sine")


def test_a_fingerprint_is_another_once_any_file_has_changed(storage: FolderStorage, tmp_path: Path) -> None:
    folder = tmp_path / "sine" / "1"
    (folder / "plots").mkdir(parents=True)
    (folder / "model.onnx").write_bytes(b"graph")
    (folder / "plots" / "loss.png").write_bytes(b"old")
    seen = {storage.fingerprint("sine/1")}
    assert storage.fingerprint("sine/1") in seen
    changes: list[Callable[[], object]] = [
        lambda: (folder / "plots" / "loss.png").write_bytes(b"new"),
        lambda: (folder / "model.onnx").rename(folder / "model.bak"),
        lambda: (folder / "manifest.json").write_bytes(b""),
        lambda: shutil.rmtree(folder),
    ]
    for number, change in enumerate(changes):
        time.sleep(0.01)  # a file's clock ticks every few milliseconds
        change()
        seen.add(storage.fingerprint("sine/1"))
        assert len(seen) == number + 2


def test_a_file_is_swapped_only_while_the_folder_beside_it_is_there(storage: FolderStorage, tmp_path: Path) -> None:
    (tmp_path / "sine" / "1").mkdir(parents=True)
    storage.swap("sine", "aliases.json", b"1", None, beside="1")
    with pytest.raises(StorageConflict, match=r"^2 is not there any more$"):
        storage.swap("sine", "aliases.json", b"2", b"1", beside="2")
    assert (tmp_path / "sine" / "aliases.json").read_bytes() == b"1"
