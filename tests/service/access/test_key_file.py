"""The file of API keys: what is read, what is refused and why, and what a change leaves."""

import os
import stat
import threading
from pathlib import Path
from unittest import mock

import pytest

from service.access.api_keys import ApiKey, ApiKeys
from service.access.key_file import MAX_BYTES, KeyFileError, change_keys, read_keys
from tests.support.keys import key_record, write_keys


def names(path: Path) -> list[str]:
    return [key.name for key in read_keys(path)[1].keys]


def added(name: str) -> ApiKey:
    return ApiKey.model_validate(key_record(name))


def test_keys_are_read_and_a_link_to_them_is_followed(tmp_path: Path) -> None:
    file = write_keys(tmp_path / "keys.json", key_record("a"), key_record("b", "predict"))
    (tmp_path / "link").symlink_to(file)
    assert names(file) == names(tmp_path / "link") == ["a", "b"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "Invalid JSON"),
        (b'{"keys": [', "Invalid JSON"),
        (b'{"keys": [{"name": "a", "scopes": ["read"]}]}', "at keys.0.sha256: Field required"),
        (b'{"key": []}', "at key: Extra inputs"),
        (b"\xff", "Invalid JSON"),
        (b" " * (MAX_BYTES + 1), "larger than 4194304 bytes"),
    ],
)
def test_a_file_that_holds_no_keys_is_refused_with_the_reason(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "keys.json").write_bytes(content)
    with pytest.raises(KeyFileError, match=reason):
        read_keys(tmp_path / "keys.json")


def test_a_refusal_does_not_show_what_the_file_holds(tmp_path: Path) -> None:
    record = {**key_record("a"), "sha256": "rollcast_put-here-by-mistake"}
    with pytest.raises(KeyFileError) as caught:
        read_keys(write_keys(tmp_path / "keys.json", record))
    assert "mistake" not in str(caught.value)


def test_what_is_not_a_file_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path, reason in (
        (tmp_path / "pipe", "not a regular file"),
        (tmp_path, "Is a directory"),
        (Path(), "Is a"),
    ):
        with pytest.raises(KeyFileError, match=reason):
            read_keys(path)
    with pytest.raises(KeyFileError, match="rollcast keys new NAME --file"):
        read_keys(tmp_path / "missing")


def test_a_new_file_is_its_owners_alone_and_another_keeps_its_permissions(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    change_keys(path, lambda keys: ApiKeys(keys=(*keys.keys, added("a"))))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o640)
    change_keys(path, lambda keys: ApiKeys(keys=(*keys.keys, added("b"))))
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert names(path) == ["a", "b"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    file = write_keys(tmp_path / "keys.json")
    (tmp_path / "link").symlink_to(file)
    change_keys(tmp_path / "link", lambda _: ApiKeys(keys=(added("a"),)))
    assert (tmp_path / "link").is_symlink()
    assert names(file) == ["a"]


def test_changes_at_once_come_one_after_another(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"

    def add(number: int) -> None:
        change_keys(path, lambda keys: ApiKeys(keys=(*keys.keys, added(f"k{number}"))))

    threads = [threading.Thread(target=add, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert sorted(names(path)) == [f"k{number}" for number in range(8)]


def test_a_change_that_can_not_be_written_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = write_keys(tmp_path / "keys.json", key_record("a"))
    full = OSError(28, "No space left on device")
    with (
        mock.patch("models.registry.durable_write.os.fsync", side_effect=full),
        pytest.raises(KeyFileError, match="can't be written: No space left on device"),
    ):
        change_keys(path, lambda _: ApiKeys())
    assert names(path) == ["a"]
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="can't be opened: No such file or directory"):
        change_keys(tmp_path / "missing" / "keys.json", lambda keys: keys)
