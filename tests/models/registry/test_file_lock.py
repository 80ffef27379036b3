"""The lock of a folder, with threads that want it at the same time."""

import threading
from pathlib import Path

import pytest

from models.registry.file_lock import LOCK, locked

THREADS, TURNS = 4, 5
ENOUGH_S = 10  # for all that is not held up for good


def may_enter(folder: Path) -> bool:
    """Whether another thread gets into a folder."""
    entered = threading.Event()

    def enter() -> None:
        with locked(folder):
            entered.set()

    threading.Thread(target=enter, daemon=True).start()
    return entered.wait(ENOUGH_S)


def test_two_threads_are_never_inside_together(tmp_path: Path) -> None:
    together = threading.Barrier(THREADS)
    nobody = threading.Event()
    inside: set[int] = set()
    met: list[int] = []
    entered: list[int] = []

    def work(number: int) -> None:
        together.wait()
        for _ in range(TURNS):
            with locked(tmp_path):
                met.extend(inside)
                inside.add(number)
                entered.append(number)
                nobody.wait(0.002)
                inside.remove(number)

    threads = [threading.Thread(target=work, args=(number,), daemon=True) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(ENOUGH_S)
    assert met == []
    assert sorted(entered) == sorted(list(range(THREADS)) * TURNS)


def test_the_locks_of_two_folders_are_two(tmp_path: Path) -> None:
    with locked(tmp_path / "a"):
        assert may_enter(tmp_path / "b")


def test_a_folder_that_is_missing_is_made(tmp_path: Path) -> None:
    with locked(tmp_path / "new" / "name"):
        assert [path.name for path in (tmp_path / "new" / "name").iterdir()] == [LOCK]


def test_whoever_fails_inside_lets_the_next_one_in(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError, match="inside"), locked(tmp_path):
        raise ZeroDivisionError("inside")
    assert may_enter(tmp_path)


def test_the_lock_s_file_keeps_what_is_in_it_and_stays(tmp_path: Path) -> None:
    (tmp_path / LOCK).write_text("of somebody else")
    with locked(tmp_path):
        pass
    assert (tmp_path / LOCK).read_text() == "of somebody else"


def test_a_folder_that_can_not_be_made_is_an_error_of_the_system(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FileExistsError), locked(tmp_path / "file"):
        pytest.fail("it was locked")
