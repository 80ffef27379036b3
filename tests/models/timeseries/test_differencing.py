"""Seasonal differences, there and back."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from models.timeseries.differencing import to_differences, undo_differences


def test_each_change_is_from_a_season_before() -> None:
    changes, before = to_differences(np.array([[[1.0], [5], [2], [7], [4]]]), 2)
    assert changes[..., 0].tolist() == [[1, 2, 2]]
    assert before[..., 0].tolist() == [[7, 4]]


def test_changes_are_summed_from_the_last_season_on_over_several_seasons() -> None:
    changes = np.array([[[1.0], [2], [3], [4], [5]]])
    before = np.array([[[10.0], [20]]])
    assert undo_differences(changes, before)[..., 0].tolist() == [[11, 22, 14, 26, 19]]
    assert changes[..., 0].tolist() == [[1, 2, 3, 4, 5]]


def test_a_season_longer_than_the_horizon() -> None:
    before = np.array([[[10.0, 1], [20, 2], [30, 3]]])
    assert undo_differences(np.ones((1, 2, 2)), before).tolist() == [[[11, 2], [21, 3]]]


@settings(deadline=None, derandomize=True, database=None)
@given(
    values=arrays(np.float64, (2, 14, 2), elements=st.integers(-1000, 1000)),
    season=st.integers(1, 6),
    horizon=st.integers(1, 8),
)
def test_there_and_back(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]], season: int, horizon: int) -> None:
    changes, _ = to_differences(values, season)
    _, before = to_differences(values[:, :-horizon], season)
    assert undo_differences(changes[:, -horizon:], before).tolist() == values[:, -horizon:].tolist()


def test_what_is_too_large_becomes_infinite_without_a_warning() -> None:
    changes, before = to_differences(np.array([[[-1.7e308], [1.7e308]]]), 1)
    assert changes.tolist() == [[[np.inf]]]
    assert undo_differences(np.full((1, 1, 1), 1.7e308), before).tolist() == [[[np.inf]]]
