"""Units of errors, by hand."""

import numpy as np
import pytest

from models.intervals.conformal import Bounds
from models.intervals.error_scale import ErrorScale, error_scale
from models.timeseries.scaling import Scale
from tests.support.tiny import tiny_spec

ERRORS = np.array([[[-2.0], [3]], [[4], [-8]]])
SCALE = ErrorScale(below=np.array([[[1.0], [1]], [[2], [4]]]), above=np.array([[[3.0], [3]], [[2], [2]]]))


def test_negative_and_positive_errors_have_their_own_units() -> None:
    assert SCALE.relative(ERRORS)[..., 0].tolist() == [[-2, 1], [2, -2]]
    assert SCALE.absolute(SCALE.relative(ERRORS)).tolist() == ERRORS.tolist()
    bounds = SCALE.bounds(Bounds(np.array([[-1.0], [-1]]), np.array([[1.0], [2]])))
    assert bounds.lower[..., 0].tolist() == [[-1, -1], [-2, -4]]
    assert bounds.upper[..., 0].tolist() == [[3, 6], [2, 4]]


def test_one_for_all_rows_is_that_of_each() -> None:
    alike = ErrorScale(np.ones((1, 1, 1)), np.ones((1, 1, 1)))
    assert alike.of_rows(slice(5, 6)).above.shape == (1, 1, 1)
    assert SCALE.of_rows(slice(1, 2)).below.ravel().tolist() == [2, 4]


def test_a_window_s_scale_serves_all_its_steps() -> None:
    contexts = np.zeros((2, 4, 1), np.float32)
    of_each = Scale(np.zeros((2, 1, 1)), np.array([[[2.0]], [[5]]]))
    found = error_scale(tiny_spec(), of_each, contexts, np.zeros((2, 3, 1), np.float32))
    assert found.above.ravel().tolist() == found.below.ravel().tolist() == [2, 5]
    fixed = error_scale(tiny_spec(), Scale(np.zeros(1), np.array([3.0])), contexts, np.zeros((2, 3, 1), np.float32))
    assert fixed.above.tolist() == [[[3]]]


def test_a_window_s_standard_deviation_serves_all_its_steps() -> None:
    spec = tiny_spec(window=2, lags=(3,), features=("a", "b"), interval_scale="window")
    contexts = np.array(
        [[[0.0, 50], [1, 50], [5, 50]], [[9, 1], [2, 2], [2, 4]]], np.float32
    )  # windows of the last two
    found = error_scale(spec, Scale(np.zeros(2), np.array([10.0, 1])), contexts, np.zeros((2, 3, 2), np.float32))
    # A window that never changes has an interval as well.
    assert found.below.ravel().tolist() == found.above.ravel().tolist() == pytest.approx([20, 1e-3, 1e-2, 1])


def test_quantiles_need_a_network_that_gives_them() -> None:
    with pytest.raises(ValueError, match="where the network gives them"):
        tiny_spec(interval_scale="quantiles")
    with pytest.raises(ValueError, match=r"on both sides of 0.5, not at 0.6 and 0.9"):
        tiny_spec(quantiles=(0.6, 0.9))
