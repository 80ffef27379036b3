"""Publishing: all or nothing, whatever happens in between."""

import errno
import os
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from models.errors import IncompatibleVersion, InvalidName, RefusedVersion, RegistryError
from models.inference.forecaster import Forecaster
from models.registry.folder_storage import FolderStorage
from models.registry.listing import Entry
from models.registry.publisher import check_publishable, publish
from models.registry.registry import Registry
from tests.support.tiny import graph_of, publish_tiny, tiny_description, tiny_spec


def left(root: Path) -> list[str]:
    """Everything below a folder but the number keeper and the lock, to see that nothing half-done is there."""
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.name not in (".numbers", ".lock"))


def test_a_version_is_all_its_files_and_its_manifest(tmp_path: Path) -> None:
    manifest = publish_tiny(Registry.at(tmp_path), "tiny")
    assert (manifest.name, manifest.version) == ("tiny", 1)
    assert left(tmp_path / "tiny" / "1") == ["manifest.json", "model.onnx", "plots", "plots/loss.png"]
    assert set(manifest.files) == {"model.onnx", "plots/loss.png"}
    assert Registry.at(tmp_path).manifest("tiny", 1) == manifest


def test_files_can_be_read_by_other_users(tmp_path: Path) -> None:
    publish_tiny(Registry.at(tmp_path), "tiny")
    for path in [tmp_path / "tiny" / "1", *(tmp_path / "tiny" / "1").rglob("*")]:
        needed = 0o555 if path.is_dir() else 0o444
        assert path.stat().st_mode & needed == needed, path


def test_numbers_go_up_and_are_never_given_twice(tmp_path: Path) -> None:
    registry = Registry.at(tmp_path)
    assert [publish_tiny(registry, "tiny").version for _ in range(3)] == [1, 2, 3]
    for path in (tmp_path / "tiny" / "3").rglob("*.*"):
        path.unlink()
    assert publish_tiny(registry, "tiny").version == 4


def test_a_registry_that_was_copied_without_its_number_keeper_counts_on(tmp_path: Path) -> None:
    registry = Registry.at(tmp_path)
    publish_tiny(registry, "tiny")
    (tmp_path / "tiny" / ".numbers").unlink()
    assert publish_tiny(registry, "tiny").version == 2


@pytest.mark.parametrize("content", ["many", ""])
def test_a_number_keeper_that_was_written_over_is_named(tmp_path: Path, content: str) -> None:
    registry = Registry.at(tmp_path)
    publish_tiny(registry, "tiny")
    (tmp_path / "tiny" / ".numbers").write_text(content)
    with pytest.raises(RegistryError, match=r"\.numbers must hold one whole number"):
        publish_tiny(registry, "tiny")


def test_other_columns_are_refused_before_and_after_training(tmp_path: Path) -> None:
    registry = Registry.at(tmp_path)
    publish_tiny(registry, "tiny")
    message = "tiny@1 forecasts from value, not a, b.*train under another name"
    with pytest.raises(IncompatibleVersion, match=message):
        check_publishable(registry, "tiny", ("a", "b"))
    with pytest.raises(IncompatibleVersion, match=message):
        publish_tiny(registry, "tiny", tiny_spec(features=("a", "b")))
    assert registry.listing()["tiny"].versions == (1,)


def test_a_malformed_name_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    for name in ("../up", "Tiny", ""):
        with pytest.raises(InvalidName):
            check_publishable(Registry.at(tmp_path), name, ("value",))
        with pytest.raises(InvalidName):
            publish_tiny(Registry.at(tmp_path), name)
    assert left(tmp_path) == []


def test_a_check_that_fails_publishes_nothing(tmp_path: Path) -> None:
    spec = tiny_spec()
    graph = graph_of(spec)

    def dislike(forecaster: Forecaster) -> None:
        assert forecaster.title == "tiny@1"
        raise RefusedVersion("not like this")

    with pytest.raises(RefusedVersion, match="not like this"):
        publish(Registry.at(tmp_path), "tiny", tiny_description(spec, graph), {"model.onnx": graph}, check=dislike)
    assert left(tmp_path) == ["tiny"]


def test_a_graph_that_does_not_answer_its_goldens_is_not_published(tmp_path: Path) -> None:
    description = tiny_description(tiny_spec(), graph_of(tiny_spec()))
    with pytest.raises(RefusedVersion, match="golden 0"):
        publish(Registry.at(tmp_path), "tiny", description, {"model.onnx": graph_of(tiny_spec(), seed=1)})
    assert left(tmp_path) == ["tiny"]


@pytest.mark.parametrize("call", ["fsync", "rename"])
@pytest.mark.parametrize("fault", [errno.ENOSPC, errno.EIO])
def test_a_full_or_failing_disk_publishes_nothing_and_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, fault: int
) -> None:
    registry = Registry.at(tmp_path)
    publish_tiny(registry, "tiny")
    before = left(tmp_path)

    def failing(*_: object, **__: object) -> None:
        raise OSError(fault, os.strerror(fault))

    with monkeypatch.context() as patched:
        if call == "fsync":
            patched.setattr("models.registry.durable_write.os.fsync", failing)
            patched.setattr("models.registry.folder_storage.flush_folder", lambda _: None)
            patched.setattr("models.registry.file_lock.flush_folder", lambda _: None)
        else:
            patched.setattr(Path, "rename", failing)
        with pytest.raises(RegistryError, match=f"{os.strerror(fault)}; nothing was published"):
            publish_tiny(registry, "tiny")
    assert left(tmp_path) == before
    registry.open("tiny", 1)


def test_a_folder_that_can_not_be_made_is_told_before_training(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RegistryError, match=r"can't be written.*--registry"):
        check_publishable(Registry.at(tmp_path / "file"), "tiny", ("value",))


def test_publishers_at_the_same_time_get_different_numbers(tmp_path: Path) -> None:
    versions: list[int] = []
    threads = [
        threading.Thread(target=lambda: versions.append(publish_tiny(Registry.at(tmp_path), "tiny").version))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(versions) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert Registry.at(tmp_path).listing()["tiny"].versions == (1, 2, 3, 4, 5, 6, 7, 8)


KILLED = """
import os, signal, sys
from pathlib import Path
from typing import Any
from models.registry.listing import Entry
from models.registry.registry import Registry
from tests.support.tiny import publish_tiny

calls, moment = 0, 0

def counted(real):
    def call(*arguments, **options):
        global calls
        calls += 1
        if calls == moment:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*arguments, **options)
    return call

os.fsync, Path.rename = counted(os.fsync), counted(Path.rename)
Path.mkdir, Path.chmod = counted(Path.mkdir), counted(Path.chmod)
while True:  # each moment in a process of its own, forked before ONNX Runtime starts threads
    moment += 1
    child = os.fork()
    if child == 0:
        publish_tiny(Registry.at(Path(sys.argv[1])), "tiny", seed=1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    print(os.waitstatus_to_exitcode(status), flush=True)
    if status == 0 or moment == 100:
        break
"""


def test_a_kill_at_any_moment_publishes_nothing_or_all(tmp_path: Path) -> None:
    registry = Registry.at(tmp_path)
    publish_tiny(registry, "tiny")
    seen = set()
    command = [sys.executable, "-c", KILLED, str(tmp_path)]
    with subprocess.Popen(command, cwd=Path(__file__).parents[3], stdout=subprocess.PIPE, text=True) as killer:
        assert killer.stdout is not None
        outcomes = []
        for line in killer.stdout:
            outcomes.append(int(line))
            for version in registry.listing()["tiny"].versions:
                seen.add(version)
                registry.open("tiny", version)
    assert len(outcomes) > 8
    assert outcomes == [-signal.SIGKILL] * (len(outcomes) - 1) + [0]
    assert not list(tmp_path.glob("tiny/.staging-*"))
    assert not list(tmp_path.glob("tiny/.new-*"))
    assert len(seen) > 1


def test_a_newest_version_that_can_not_be_read_is_named_with_a_way_out(tmp_path: Path) -> None:
    registry = Registry.at(tmp_path)
    publish_tiny(registry, "tiny")
    publish_tiny(registry, "tiny")
    (tmp_path / "tiny" / "2" / "manifest.json").write_text("{")
    with pytest.raises(RefusedVersion, match=rf"tiny@2, the newest,.*not valid.*; mend or remove {tmp_path}/tiny/2$"):
        check_publishable(registry, "tiny", ("value",))
    shutil.rmtree(tmp_path / "tiny" / "2")
    assert publish_tiny(registry, "tiny").version == 3


@pytest.mark.parametrize("before", [0, 1, 2])
def test_a_name_that_can_not_be_listed_is_not_published_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: int
) -> None:
    """However often it could be listed before."""
    registry = Registry.at(tmp_path)
    publish_tiny(registry, "tiny")
    listings = [registry.listing()] * before
    failed = {"tiny": Entry((), problem="tiny can't be listed")}
    with monkeypatch.context() as patched:
        patched.setattr(registry, "listing", lambda: listings.pop() if listings else failed)
        with pytest.raises(RegistryError, match="tiny can't be published to: tiny can't be listed"):
            publish_tiny(registry, "tiny")
    assert registry.listing()["tiny"] == Entry((1,))
    assert not list(tmp_path.glob("tiny/.staging-*"))


def test_a_number_keeper_whose_writing_fails_keeps_the_old_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = Registry.at(tmp_path)
    publish_tiny(registry, "tiny")
    numbers = tmp_path / "tiny" / ".numbers"
    real = os.fsync

    def failing(descriptor: int) -> None:
        if Path(os.readlink(f"/proc/self/fd/{descriptor}")).parent == numbers.parent:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(descriptor)

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", failing)
        with pytest.raises(RegistryError, match="No space left"):
            publish_tiny(registry, "tiny")
    assert numbers.read_text() == "1\n"


def test_a_number_keeper_that_can_not_be_read_is_named(tmp_path: Path) -> None:
    registry = Registry.at(tmp_path)
    publish_tiny(registry, "tiny")
    (tmp_path / "tiny" / ".numbers").unlink()
    (tmp_path / "tiny" / ".numbers").mkdir()
    with pytest.raises(RegistryError, match=r"\.numbers can't be read: Is a directory"):
        publish_tiny(registry, "tiny")


def test_columns_are_compared_once_more_before_the_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    swap, others = FolderStorage.swap, [tiny_spec(features=("a", "b"))]

    def swap_and_be_overtaken(storage: FolderStorage, *arguments: Any, **options: Any) -> None:
        swap(storage, *arguments, **options)
        if others:
            publish_tiny(Registry.at(tmp_path), "tiny", others.pop())

    monkeypatch.setattr(FolderStorage, "swap", swap_and_be_overtaken)
    with pytest.raises(IncompatibleVersion, match="tiny@2 forecasts from a, b, not value"):
        publish_tiny(Registry.at(tmp_path), "tiny")
    assert Registry.at(tmp_path).listing()["tiny"].versions == (2,)
