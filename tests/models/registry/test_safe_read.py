"""Reading what may not be a file."""

import os
from pathlib import Path

import pytest

from models.registry.safe_read import open_regular


def test_a_regular_file_is_read_whole_and_its_size_is_known(tmp_path: Path) -> None:
    (tmp_path / "it").write_bytes(b"abc")
    with open_regular(tmp_path / "it") as (file, size):
        assert (file.read(), size) == (b"abc", 3)


def test_what_is_no_regular_file_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "pipe")
    (tmp_path / "dangling").symlink_to(tmp_path / "nothing")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for name, reason in {
        "pipe": "it is not a regular file",
        "folder": "Is a directory",
        "link": "it is a link",
        "dangling": "it is a link",
        "loop": "it is a link",
    }.items():
        with pytest.raises(OSError, match=reason), open_regular(tmp_path / name):
            pass


def test_a_link_that_takes_the_files_place_after_the_look_is_not_followed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secret").write_bytes(b"abc")
    (tmp_path / "link").symlink_to(tmp_path / "secret")
    monkeypatch.setattr(Path, "is_symlink", lambda _: False)
    with pytest.raises(OSError, match="symbolic links"), open_regular(tmp_path / "link"):
        pass
