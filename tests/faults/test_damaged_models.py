"""Damaged versions, in seconds: each kind of damage is refused."""

import pytest

from benchmarks.faults.damaged_models import FLIPS, damaged_models, flipped, published, refused
from models.registry.loader import MANIFEST


def test_whatever_is_damaged_is_refused() -> None:
    bars = list(damaged_models(quick=True))
    assert len(bars) > 15
    assert [bar for bar in bars if not bar.met] == []


def test_a_hash_that_nobody_looks_at_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.registry.loader.is_sealed", lambda _: True)
    assert not all(refused(each) for each in flipped(published("lstm-64"), MANIFEST, 1, FLIPS))
