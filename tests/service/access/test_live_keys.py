"""Keys that change while the service runs."""

import logging
import os
from pathlib import Path

import pytest

from service.access.key_file import KeyFileError
from service.access.live_keys import LiveKeys
from tests.support.keys import key_record, secret_of, write_keys


class Clock:
    """Seconds that pass when told."""

    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write_keys(tmp_path / "keys.json", key_record("old"))


def known(keys: LiveKeys, *names: str) -> list[bool]:
    return [keys.find(secret_of(name).encode()) is not None for name in names]


def test_a_file_that_is_not_there_or_not_valid_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError):
        LiveKeys(tmp_path / "keys.json")
    (tmp_path / "keys.json").write_text("{")
    with pytest.raises(KeyFileError):
        LiveKeys(tmp_path / "keys.json")


def test_the_file_is_read_anew_within_a_second(path: Path, clock: Clock) -> None:
    keys = LiveKeys(path, clock)
    write_keys(path, key_record("new"), key_record("newer"))
    assert known(keys, "old", "new") == [True, False]
    clock.now_s += 1
    assert known(keys, "old", "new", "newer") == [False, True, True]


def test_a_change_that_keeps_size_and_time_is_seen(path: Path, clock: Clock, tmp_path: Path) -> None:
    keys = LiveKeys(path, clock)
    status = path.stat()
    other = write_keys(tmp_path / "other", key_record("new"))
    os.utime(other, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert other.stat().st_size == status.st_size
    other.replace(path)
    clock.now_s += 1
    assert known(keys, "old", "new") == [False, True]


def test_a_file_that_did_not_change_is_not_read_again(
    path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = LiveKeys(path, clock)
    monkeypatch.setattr("service.access.live_keys.read_keys", lambda _: pytest.fail("it was read"))
    clock.now_s += 1
    assert known(keys, "old") == [True]


@pytest.mark.parametrize("harm", ["malformed", "missing", "a folder"])
def test_a_file_gone_bad_keeps_the_keys_of_before_and_is_told_once(
    path: Path, clock: Clock, harm: str, caplog: pytest.LogCaptureFixture
) -> None:
    keys = LiveKeys(path, clock)
    if harm == "malformed":
        path.write_text('{"keys": [')
    else:
        path.unlink()
    if harm == "a folder":
        path.mkdir()
    with caplog.at_level(logging.ERROR, "rollcast"):
        for _ in range(3):
            clock.now_s += 1
            assert known(keys, "old", "new") == [True, False]
    assert ["keys of before stay in force" in record.getMessage() for record in caplog.records] == [True]

    if harm == "a folder":
        path.rmdir()
    write_keys(path, key_record("new"))
    clock.now_s += 1
    assert known(keys, "old", "new") == [False, True]
