"""Sample paths, by hand."""

import numpy as np
import pytest

from models.errors import InvalidRequest
from models.intervals.conformal import Intervals
from models.intervals.error_scale import ErrorScale
from models.intervals.sample_paths import check_paths, sample_paths

# Two steps, one target, three calibration forecasts: their errors at the second step are ten times those at the first.
JOINT = Intervals(np.array([[[1.0, -2, 3]], [[10, -20, 30]]]), joint=True)
FORECASTS = np.array([[[100.0], [200]], [[0], [0]]])
SCALE = ErrorScale(*[np.array([[[1.0]], [[2]]])] * 2)
ONE = ErrorScale(*[np.ones((1, 1, 1))] * 2)


def test_each_path_has_the_errors_of_one_calibration_forecast() -> None:
    paths = sample_paths(JOINT, FORECASTS, SCALE, 50, seed=0)
    assert paths.shape == (2, 50, 2, 1)
    first, second = (paths - FORECASTS[:, None])[..., 0]
    assert {tuple(path) for path in first.tolist()} == {(1, 10), (-2, -20), (3, 30)}
    assert {tuple(path) for path in second.tolist()} == {(2, 20), (-4, -40), (6, 60)}  # in units of its scale


def test_a_seed_gives_the_same_paths_and_rows_have_draws_of_their_own() -> None:
    paths = sample_paths(JOINT, np.zeros((2, 2, 1)), ONE, 20, seed=7)
    assert (paths == sample_paths(JOINT, np.zeros((2, 2, 1)), ONE, 20, seed=7)).all()
    assert (paths[0] == sample_paths(JOINT, np.zeros((1, 2, 1)), ONE, 20, seed=7)[0]).all()
    assert (paths[0] != paths[1]).any()
    assert (paths != sample_paths(JOINT, np.zeros((2, 2, 1)), ONE, 20, seed=8)).any()


def test_their_sum_is_spread_as_the_sums_of_errors_are() -> None:
    # Errors that cancel out over the horizon: intervals of each step are wide, but the sum is certain.
    cancelling = Intervals(np.array([[[5.0, -5]], [[-5, 5]]]), joint=True)
    paths = sample_paths(cancelling, np.ones((1, 2, 1)), ONE, 100, seed=0)
    assert set(paths.sum(axis=2).ravel().tolist()) == {2}


def test_errors_of_each_sign_have_a_unit_of_their_own() -> None:
    scale = ErrorScale(np.array([[[2.0], [1]]]), np.array([[[1.0], [3]]]))
    paths = sample_paths(JOINT, np.zeros((1, 2, 1)), scale, 50, seed=0)
    assert {tuple(path) for path in paths[0, ..., 0].tolist()} == {(1, 30), (-4, -20), (3, 90)}


@pytest.mark.parametrize(
    ("intervals", "horizon", "message"),
    [
        (None, 1, "m@1 has no calibrated intervals, so no errors to draw from: leave paths out"),
        (Intervals(np.ones((2, 1, 3))), 1, "m@1 was published by an earlier release.* train it again"),
        (JOINT, 3, "errors are known up to step 2, not 3: ask for a shorter horizon"),
    ],
)
def test_where_there_is_nothing_to_draw_from_it_is_said(intervals: Intervals, horizon: int, message: str) -> None:
    with pytest.raises(InvalidRequest, match=message):
        check_paths(intervals, horizon, "m@1")
    check_paths(JOINT, 2, "m@1")
