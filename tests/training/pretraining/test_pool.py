"""The pool of examples: one seed and step give one batch, whatever was asked before."""

import itertools

import numpy as np
import pytest

from tests.support.any_series.tiny import any_spec
from training.collection.packaged import CollectedSeries
from training.pretraining import pool as module
from training.pretraining.examples import Examples
from training.pretraining.packaged_windows import PackagedWindows
from training.pretraining.pool import Pool

SPEC, SIZE = any_spec(), 16


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pool of 3 chunks of 40 examples, a new one every 5 steps."""
    for name, value in {"CHUNK": 40, "CHUNKS": 3, "USES": 2, "SYNTHETIC_ROWS": 12, "PACKAGED_ROWS": 12}.items():
        monkeypatch.setattr(module, name, value)


def pool(seed: int = 0, share: float = 0.5) -> Pool:
    series = [CollectedSeries("m3-other", str(n), 1e6 + np.cumsum(np.ones(60) * n), ()) for n in range(1, 4)]
    return Pool(SPEC, PackagedWindows(series), share, seed)


def same(first: Examples, second: Examples) -> bool:
    return all(np.array_equal(one, other, equal_nan=True) for one, other in zip(first, second, strict=True))


def test_a_batch_is_that_of_its_step_whatever_came_before() -> None:
    through = pool()
    batches = [through.batch(step, SIZE) for step in range(30)]
    assert all(each.size == SIZE for each in batches)
    for step in (0, 1, 7, 16, 29):
        assert same(pool().batch(step, SIZE), batches[step])
    back_and_forth = pool()
    for step in (29, 3, 28, 0):
        assert same(back_and_forth.batch(step, SIZE), batches[step])
    assert not same(batches[3], batches[4])
    assert not same(pool(seed=1).batch(3, SIZE), batches[3])


def test_examples_are_renewed_bit_by_bit_and_not_all_kept() -> None:
    of, seen = pool(), []
    for step in range(40):
        of.batch(step, SIZE)
        seen.append(sorted(of._chunks))
    assert seen[0] == [0]
    assert seen[-1] == [5, 6, 7]
    assert all(len(held) <= 3 for held in seen)
    assert all(later[0] - sooner[0] in (0, 1) for sooner, later in itertools.pairwise(seen))


def test_the_share_of_real_series_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError

    with monkeypatch.context() as patch:
        patch.setattr(PackagedWindows, "draw", never)
        assert pool(share=0.0).batch(0, SIZE).size == SIZE
        with pytest.raises(AssertionError):
            pool(share=1.0).batch(0, SIZE)
    monkeypatch.setattr(module, "synthetic_windows", never)
    assert pool(share=1.0).batch(0, SIZE).size == SIZE


def test_synthetic_series_alone_are_enough() -> None:
    assert Pool(SPEC, None, 0.9, 0).batch(0, SIZE).size == SIZE
