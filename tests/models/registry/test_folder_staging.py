"""Versions that are staged, committed and removed in a folder, and what is left of those that died at it."""

import errno
import os
from pathlib import Path

import pytest

from models.registry import folder_storage as module
from models.registry.folder_storage import FolderStorage
from models.registry.storage import MissingFile, OversizedFile, StorageConflict, StorageError
from tests.models.registry.test_folder_storage import left


@pytest.fixture
def storage(tmp_path: Path) -> FolderStorage:
    return FolderStorage(tmp_path)


FILES = {"model.onnx": b"graph", "plots/loss.png": b"PNG", "manifest.json": b"{}"}


def test_a_staged_version_can_be_read_but_not_seen_before_it_is_committed(
    storage: FolderStorage, tmp_path: Path
) -> None:
    with storage.stage("sine", FILES) as staged:
        assert {name: staged.read(name, 5) for name in FILES} == FILES
        with pytest.raises(OversizedFile):
            staged.read("model.onnx", 4)
        assert [name for name in storage.folders("sine") if not name.startswith(".staging-")] == []
        staged.commit(3)
        assert [name for name in storage.folders("sine") if not name.startswith(".staging-")] == ["3"]
    assert storage.folders("sine") == ["3"]
    assert {name: (tmp_path / "sine" / "3" / name).read_bytes() for name in FILES} == FILES
    assert left(tmp_path / "sine") == ["3", "3/manifest.json", "3/model.onnx", "3/plots", "3/plots/loss.png"]


def test_a_version_can_be_read_by_other_users(storage: FolderStorage, tmp_path: Path) -> None:
    with storage.stage("sine", FILES) as staged:
        staged.commit(1)
    assert (tmp_path / "sine" / "1").stat().st_mode & 0o777 == 0o755


def test_without_a_commit_nothing_is_left(storage: FolderStorage, tmp_path: Path) -> None:
    with storage.stage("sine", FILES):
        pass
    assert left(tmp_path) == ["sine"]


def test_whatever_goes_wrong_before_the_commit_leaves_nothing(storage: FolderStorage, tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError, match="the check found it"), storage.stage("sine", FILES):
        raise ZeroDivisionError("the check found it")
    assert left(tmp_path) == ["sine"]


def test_files_that_can_not_be_written_leave_nothing(storage: FolderStorage, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"^File exists$"), storage.stage("sine", {"plots": b"", "plots/loss": b""}):
        pytest.fail("it was staged")
    assert left(tmp_path) == ["sine"]


def test_a_number_that_is_taken_is_a_conflict_and_its_version_stands(storage: FolderStorage, tmp_path: Path) -> None:
    (tmp_path / "sine" / "1").mkdir(parents=True)
    (tmp_path / "sine" / "1" / "manifest.json").write_bytes(b"old")
    with (
        pytest.raises(StorageConflict, match=r"^there is such a version already$"),
        storage.stage("sine", FILES) as staged,
    ):
        staged.commit(1)
    assert left(tmp_path / "sine") == ["1", "1/manifest.json"]
    assert (tmp_path / "sine" / "1" / "manifest.json").read_bytes() == b"old"


def test_an_empty_folder_takes_no_number(storage: FolderStorage, tmp_path: Path) -> None:
    (tmp_path / "sine" / "1").mkdir(parents=True)
    with storage.stage("sine", FILES) as staged:
        staged.commit(1)
    assert (tmp_path / "sine" / "1" / "manifest.json").read_bytes() == b"{}"


def test_what_else_lies_in_a_number_s_place_stands(storage: FolderStorage, tmp_path: Path) -> None:
    (tmp_path / "sine").mkdir()
    (tmp_path / "sine" / "1").write_text("no folder")
    with pytest.raises(StorageError, match=r"^Not a directory$"), storage.stage("sine", FILES) as staged:
        staged.commit(1)
    assert (tmp_path / "sine" / "1").read_text() == "no folder"


def test_a_live_publisher_s_version_is_left_alone_by_the_next_one(storage: FolderStorage, tmp_path: Path) -> None:
    with storage.stage("sine", FILES) as slow:
        with storage.stage("sine", {"manifest.json": b"quick"}) as quick:
            quick.commit(1)
        assert slow.read("model.onnx", 5) == b"graph"
        slow.commit(2)
    assert sorted(storage.folders("sine")) == ["1", "2"]
    assert (tmp_path / "sine" / "2" / "plots" / "loss.png").read_bytes() == b"PNG"


def test_what_a_dead_publisher_has_left_is_removed_by_the_next_one(storage: FolderStorage, tmp_path: Path) -> None:
    dead = tmp_path / "sine" / ".staging-dead"
    (dead / "plots").mkdir(parents=True)
    (dead / "plots" / "loss.png").write_bytes(b"half of i")
    (tmp_path / "sine" / ".new-dead").write_bytes(b"half of i")
    (tmp_path / "sine" / "aliases.json").write_bytes(b"{}")
    (tmp_path / "other" / ".staging-dead").mkdir(parents=True)
    with storage.stage("sine", FILES):
        (staging,) = (tmp_path / "sine").glob(".staging-*")
        assert staging != dead
        assert left(tmp_path / "sine") == sorted(
            [
                "aliases.json",
                *(
                    str(path.relative_to(tmp_path / "sine"))
                    for path in (staging, *staging.rglob("*"))
                    if path.name != ".lock"
                ),
            ]
        )
    assert (tmp_path / "other" / ".staging-dead").is_dir()  # another name's is another one's to remove


def test_a_publisher_that_ended_without_a_commit_is_dead_to_the_next_one(
    storage: FolderStorage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its lock on the folder ends with it, also where the folder could not be removed."""
    with monkeypatch.context() as patched:
        patched.setattr("models.registry.folder_storage.shutil.rmtree", lambda *_, **__: None)
        with storage.stage("sine", FILES):
            pass
    (remains,) = (tmp_path / "sine").glob(".staging-*")
    with storage.stage("sine", FILES):
        assert not remains.exists()


def test_a_number_that_is_taken_at_the_last_moment_is_a_conflict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename = Path.rename

    def too_late(path: Path, target: Path) -> Path:
        target.mkdir()
        (target / "manifest.json").write_bytes(b"theirs")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", too_late)
    with pytest.raises(StorageConflict), FolderStorage(tmp_path).stage("sine", FILES) as staged:
        staged.commit(1)


def test_an_error_of_whoever_checks_a_staged_version_is_its_own(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), FolderStorage(tmp_path).stage("sine", FILES):
        raise FileNotFoundError(2, "a file of the check")


@pytest.mark.parametrize(("name", "folder"), [(".staging-x", False), (".new-x", True)])
def test_what_no_publisher_has_left_keeps_none_from_publishing(tmp_path: Path, name: str, folder: bool) -> None:
    (tmp_path / "sine").mkdir()
    path = tmp_path / "sine" / name
    path.mkdir() if folder else path.write_text("")
    with FolderStorage(tmp_path).stage("sine", FILES) as staged:
        staged.commit(1)
    assert (tmp_path / "sine" / "1" / "manifest.json").read_bytes() == b"{}"
    assert path.exists()  # it is not ours to remove


def test_a_folder_is_removed_if_the_file_beside_it_is_what_was_expected(storage: FolderStorage, tmp_path: Path) -> None:
    for name in ("1", "2"):
        (tmp_path / "sine" / name / "plots").mkdir(parents=True)
        (tmp_path / "sine" / name / "plots" / "loss.png").write_bytes(b"PNG")
    (tmp_path / "sine" / "aliases.json").write_bytes(b"{}")
    for expected in (None, b"", b"{ }"):
        with pytest.raises(StorageConflict, match=r"^its content has changed$"):
            storage.remove("sine", "1", "aliases.json", expected)
    storage.remove("sine", "1", "aliases.json", b"{}")
    assert left(tmp_path / "sine") == ["2", "2/plots", "2/plots/loss.png", "aliases.json"]
    with pytest.raises(MissingFile):
        storage.remove("sine", "1", "aliases.json", b"{}")


def test_a_removal_that_is_interrupted_is_whole_for_readers_and_finished_by_the_next(
    storage: FolderStorage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_: Path) -> None:
        raise KeyboardInterrupt

    home = tmp_path / "sine"
    for remains in ("stage", "remove", "leftovers"):
        for name in ("1", "2"):
            (home / name).mkdir(parents=True)
            (home / name / "manifest.json").write_bytes(b"{}")
        with monkeypatch.context() as patched:
            patched.setattr("models.registry.folder_storage.shutil.rmtree", interrupted)
            with pytest.raises(KeyboardInterrupt):
                storage.remove("sine", "1", "aliases.json", None)
        assert left(home) == [".removed-1", ".removed-1/manifest.json", "2", "2/manifest.json"]
        if remains == "stage":
            with storage.stage("sine", FILES):
                assert not (home / ".removed-1").exists()
        if remains == "leftovers":
            assert storage.remove_leftovers("sine") == [".removed-1"]
        storage.remove("sine", "2", "aliases.json", None)
        assert left(home) == []


def test_leftovers_are_removed_and_told_and_the_living_are_left_alone(storage: FolderStorage, tmp_path: Path) -> None:
    home = tmp_path / "sine"
    with storage.stage("sine", FILES):
        (living,) = home.glob(".staging-*")
        (home / ".staging-dead" / "version").mkdir(parents=True)
        (home / ".new-dead").write_bytes(b"half of i")
        assert storage.remove_leftovers("sine") == [".new-dead", ".staging-dead"]
        assert living.is_dir()
        assert storage.remove_leftovers("sine") == []


def test_where_nothing_is_left_nothing_is_locked_or_made(storage: FolderStorage, tmp_path: Path) -> None:
    (tmp_path / "sine").mkdir()
    assert [storage.remove_leftovers(folder) for folder in ("", "sine", "missing")] == [[], [], []]
    assert [path.name for path in tmp_path.rglob("*")] == ["sine"]


def test_a_commit_that_can_not_be_flushed_is_taken_back(
    storage: FolderStorage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(_: Path) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with storage.stage("sine", FILES) as staged:
        with monkeypatch.context() as patched:
            patched.setattr(module, "flush_folder", failing)
            with pytest.raises(StorageError, match=r"^Input/output error$"):
                staged.commit(1)
        assert storage.folders("sine") == [path.name for path in (tmp_path / "sine").glob(".staging-*")]
        staged.commit(1)
    assert storage.folders("sine") == ["1"]


def test_a_staging_folder_whose_removal_fails_changes_nothing(
    storage: FolderStorage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object, **__: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))  # as of rmtree's own fstat, which it does not ignore

    with monkeypatch.context() as patched:
        patched.setattr("models.registry.folder_storage.shutil.rmtree", failing)
        with storage.stage("sine", FILES) as staged:
            staged.commit(1)
    assert (tmp_path / "sine" / "1" / "manifest.json").is_file()
    assert len(storage.remove_leftovers("sine")) == 1


def test_a_staging_folder_whose_lock_can_not_be_closed_changes_nothing(
    storage: FolderStorage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    close = os.close
    failed = []

    def failing(descriptor: int) -> None:
        path = Path(os.readlink(f"/proc/self/fd/{descriptor}"))
        close(descriptor)
        if path.parent.name.startswith(".staging-") and path.name.startswith(".lock"):  # "(deleted)" may follow
            failed.append(path)
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "close", failing)
    with storage.stage("sine", FILES) as staged:
        staged.commit(1)
    assert (tmp_path / "sine" / "1" / "manifest.json").is_file()
    assert len(failed) == 1


def test_a_name_of_digits_is_no_version_of_the_registry(storage: FolderStorage, tmp_path: Path) -> None:
    """What is being written below it stays, whatever is swapped at the registry's root, under another lock."""
    (tmp_path / "3d").mkdir()
    (tmp_path / "3d" / ".new-live").write_bytes(b"half of i")
    storage.swap("", ".changed", b"token", expected=None)
    assert storage.remove_leftovers("") == []
    assert (tmp_path / "3d" / ".new-live").exists()


def test_a_file_of_a_version_is_swapped_and_leaves_nothing_there(
    storage: FolderStorage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "sine"
    (home / "1").mkdir(parents=True)
    (home / "1" / "manifest.json").write_bytes(b"old")
    storage.swap("sine", "1/manifest.json", b"new", expected=b"old")
    assert left(home) == ["1", "1/manifest.json"]
    assert (home / "1" / "manifest.json").read_bytes() == b"new"
    with monkeypatch.context() as patched:  # killed just before the rename: nothing in Python runs any more
        patched.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(SystemExit))
        patched.setattr(Path, "unlink", lambda *_, **__: None)
        with pytest.raises(SystemExit):
            storage.swap("sine", "1/manifest.json", b"newer", expected=b"new")
    assert (home / "1" / "manifest.json").read_bytes() == b"new"
    assert len(storage.remove_leftovers("sine")) == 1
    assert left(home) == ["1", "1/manifest.json"]
