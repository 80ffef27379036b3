"""Counts of the network's calls: which bucket a call falls in, and the counts of several threads together."""

import time

import numpy as np
import pytest

from models.engine.engine import Engine
from models.engine.request import RolloutRequest
from models.engine.stats import CallStats, count_call
from models.registry.registry import Registry


@pytest.mark.parametrize(
    ("rows", "bucket"), [(1, 0), (2, 1), (3, 2), (4, 2), (5, 3), (64, 6), (65, 7), (128, 7), (129, 8), (5000, 8)]
)
def test_a_call_falls_in_the_bucket_of_its_rows(rows: int, bucket: int) -> None:
    counts = CallStats().steps
    count_call(counts, rows)
    assert [index for index, count in enumerate(counts[:-1]) if count] == [bucket]
    assert counts[-1] == rows


def test_threads_are_added_up() -> None:
    one, other = CallStats(ticks=2), CallStats(ticks=3)
    count_call(one.steps, 1)
    count_call(other.steps, 2)
    count_call(other.first_calls, 7)
    total = CallStats.total([one, other])
    assert total.ticks == 5
    assert total.steps == [1, 1, 0, 0, 0, 0, 0, 0, 0, 3]
    assert total.first_calls == [0, 0, 0, 1, 0, 0, 0, 0, 0, 7]
    assert one.steps[-1] == 1  # and stay as they were


def test_an_engine_counts_its_first_calls_and_steps(registry: Registry) -> None:
    _, forecaster = registry.open("tiny", 1)
    delivered: list[RolloutRequest] = []
    engine = Engine(1, delivered.extend)
    try:
        engine.submit(RolloutRequest.of(forecaster, forecaster.prepare(np.zeros((3, 4)), horizon=5)))
        deadline = time.monotonic() + 10
        while not delivered and time.monotonic() < deadline:
            time.sleep(0.001)
    finally:
        engine.stop()
    stats = engine.stats()
    assert (sum(stats.first_calls[:-1]), stats.first_calls[-1]) == (1, 3)
    # The four steps after the first are one call or several: as many as fit in a call's time.
    calls = sum(stats.steps[:-1])
    assert 1 <= calls <= 4
    assert stats.steps[-1] == 3 * calls
    assert stats.ticks >= 1
