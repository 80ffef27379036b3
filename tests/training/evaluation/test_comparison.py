"""Errors of two forecasts from the same origins, by hand."""

import numpy as np
import pytest

from tests.support.constant import constant, plain_spec
from training.data.held_out import HeldOut
from training.errors import SeriesError
from training.evaluation.comparison import Contender, compare, compared, mean_losses

VALUES = np.array([[1.0], [3], [2], [6], [4], [9], [7], [8]])


def contender(answer: float, *held_out: HeldOut, window: int = 2) -> Contender:
    return Contender(constant(answer, plain_spec(window=window)), held_out)


def test_the_errors_are_means_over_the_whole_horizon() -> None:
    held_out = HeldOut(VALUES, range(4, 8))
    found = compare(contender(5, held_out), contender(8, held_out), 2, (3,))
    assert found is not None
    # Origins at rows 4, 5 and 6: the actual values are 4 9, 9 7, 7 8.
    assert (found.error, found.other_error) == pytest.approx((16 / 6, 8 / 6))
    assert found.comparison.error_ratio == pytest.approx(2)
    assert (found.horizon, found.origins, found.stride, found.series, found.measure) == (2, 3, 1, 1, "MAE")


def test_origins_suit_the_longer_context() -> None:
    held_out = HeldOut(VALUES, range(4, 8))
    short, long = contender(5, held_out), contender(5, held_out, window=6)
    for first, second in ((short, long), (long, short)):
        found = compare(first, second, 2, ())
        assert found is not None
        assert found.origins == 1
    assert compare(short, contender(5, held_out, window=7), 2, ()) is None


def test_series_count_alike_each_in_its_own_scale() -> None:
    panel = [HeldOut(VALUES * factor, range(6, 8)) for factor in (1, 10)]
    found = compare(contender(8, *panel), contender(0, *panel), 2, (1,))
    assert found is not None
    change = (2 + 1 + 4 + 2 + 5) / 5
    assert (found.measure, found.series) == ("MASE", 2)
    assert found.error == pytest.approx((0.5 / change + (62 + 72) / 2 / 10 / change) / 2)
    assert found.other_error == pytest.approx(7.5 / change)


def test_series_that_never_change_have_no_common_unit() -> None:
    panel = [HeldOut(np.ones((8, 1)), range(6, 8)) for _ in range(2)]
    with pytest.raises(SeriesError, match="no series ever changes before its held-out rows"):
        compare(contender(8, *panel), contender(0, *panel), 2, ())


def test_losses_that_are_not_known_are_left_out() -> None:
    first, second = np.array([1.0, np.nan, 3, 5]), np.array([2.0, 9, 6, np.nan])
    series = np.array([0, 0, 1, 1])
    assert mean_losses(first, second, series) == (2, 4)
    assert compared(first, second, series, 0).error_ratio == 0.5
    nothing = np.full(4, np.nan)
    assert mean_losses(nothing, second, series) is None
    assert compared(nothing, second, series, 0).error_ratio == 1


def test_chance_and_what_is_better_are_told() -> None:
    held_out = HeldOut(np.tile([[0.0], [1.0], [0.5]], (20, 1)), range(10, 60))
    near, far = contender(0.5, held_out), contender(2, held_out)
    better = compare(near, far, 1, ())
    assert better is not None
    assert better.verdict("a@1", "a@2") == "a@1 is better: its error is 77.9 % lower, by more than chance"
    worse = compare(far, near, 1, ())
    assert worse is not None
    assert worse.verdict("a@1", "a@2") == "a@2 is better: its error is 77.9 % lower, by more than chance"
    same = compare(near, near, 1, ())
    assert same is not None
    assert same.verdict("a@1", "a@2") == "a@1 and a@2 can't be told apart"
    assert (same.comparison.error_ratio, same.comparison.p_value) == (1, None)
