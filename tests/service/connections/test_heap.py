"""Memory that is given back."""

import ctypes
from pathlib import Path

import pytest

from service.connections.heap import give_back


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


def test_memory_between_what_is_still_used_goes_back_to_the_system() -> None:
    if not hasattr(ctypes.CDLL(None), "malloc_trim"):
        pytest.skip("this C library has no malloc_trim")
    blocks = [bytes(50_000) for _ in range(2_000)]
    kept = blocks[::40]
    before = resident_bytes()
    del blocks
    give_back()
    assert before - resident_bytes() > 50 << 20
    assert len(kept) == 50


def test_a_library_without_a_way_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str | None] = []

    def library(name: str | None) -> object:
        asked.append(name)
        return object()

    monkeypatch.setattr(ctypes, "CDLL", library)
    give_back()
    assert asked == [None]  # the process's own library, which knows no way
