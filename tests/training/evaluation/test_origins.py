"""Origins, and the values around them, on rows that tell their own numbers."""

import numpy as np
import pytest

from training.data.held_out import HeldOut
from training.evaluation import origins as module
from training.evaluation.origins import Origins, actual_values, even_stride, find_origins, rows_before

# Row r of series s holds 100 s + r and, in its second column, the same negated.
HELD = [
    HeldOut(np.stack([sign * (100.0 * series + np.arange(rows)) for sign in (1, -1)], axis=1), range(first, stop))
    for series, (rows, first, stop) in enumerate([(10, 5, 10), (6, 4, 6), (9, 0, 8)])
]


def pairs(origins: Origins) -> list[tuple[int, int]]:
    return list(zip(origins.series.tolist(), origins.rows.tolist(), strict=True))


def test_origins_have_a_history_before_them_and_a_horizon_in_the_part() -> None:
    found = find_origins(HELD, history=6, horizon=2)
    assert pairs(found) == [(0, 6), (0, 7), (0, 8), (2, 6)]
    assert (len(found), found.series_count) == (4, 2)


def test_a_stride_counts_from_each_series_first() -> None:
    assert pairs(find_origins(HELD, history=2, horizon=1, stride=3)) == [(0, 5), (0, 8), (1, 4), (2, 2), (2, 5)]


def test_no_room_is_no_origin() -> None:
    found = find_origins(HELD, history=3, horizon=9)
    assert (len(found), found.series_count) == (0, 0)
    assert list(found.chunks(1)) == []


def test_past_and_actual_values_lie_around_the_origins() -> None:
    origins = Origins(np.array([0, 2]), np.array([6, 3]))
    assert rows_before(HELD, origins, 2).tolist() == [[[4, -4], [5, -5]], [[201, -201], [202, -202]]]
    assert actual_values(HELD, origins, 3, [1]).tolist() == [[[-6], [-7], [-8]], [[-203], [-204], [-205]]]


def test_evenly_spaced_origins_keep_the_first_and_the_last() -> None:
    origins = Origins(np.zeros(101, np.int64), np.arange(101))
    assert origins.evenly_spaced(5).rows.tolist() == [0, 25, 50, 75, 100]
    assert origins.evenly_spaced(101) is origins


def test_chunks_are_as_large_as_memory_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_CHUNK_VALUES", 100)
    monkeypatch.setattr(module, "MIN_CHUNK_ORIGINS", 3)
    origins = Origins(np.zeros(12, np.int64), np.arange(12))
    assert [len(chunk) for chunk in origins.chunks(20)] == [5, 5, 2]
    assert [len(chunk) for chunk in origins.chunks(1000)] == [3, 3, 3, 3]


@pytest.mark.parametrize(
    ("count", "seasons", "stride"),
    [(0, (), 1), (1000, (48,), 1), (1001, (), 2), (10_475, (48, 336), 11), (48_000, (48,), 49), (2_000, (7, 24), 5)],
)
def test_a_stride_visits_every_phase_of_a_season(count: int, seasons: tuple[int, ...], stride: int) -> None:
    assert even_stride(count, 1000, seasons) == stride
