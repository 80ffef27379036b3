"""Durable writes, with real files and injected faults."""

import errno
import os
from pathlib import Path

import pytest

from models.registry.durable_write import replace_durably


def test_the_new_content_replaces_the_old(tmp_path: Path) -> None:
    path = tmp_path / "aliases.json"
    replace_durably(path, b"old")
    replace_durably(path, b"new")
    assert path.read_bytes() == b"new"
    assert [each.name for each in tmp_path.iterdir()] == ["aliases.json"]
    assert path.stat().st_mode & 0o777 == 0o644


def test_a_failed_flush_leaves_the_old_content_and_no_litter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "aliases.json"
    replace_durably(path, b"old")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        replace_durably(path, b"new")
    assert path.read_bytes() == b"old"
    assert [each.name for each in tmp_path.iterdir()] == ["aliases.json"]


def test_the_new_content_has_the_permissions_that_are_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    path.write_bytes(b"old")
    replace_durably(path, b"new", 0o600)
    assert path.stat().st_mode & 0o777 == 0o600
