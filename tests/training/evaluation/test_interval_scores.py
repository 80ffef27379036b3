"""What intervals cover of values that came, and their scores, by hand."""

import numpy as np
import pytest

from models.intervals.conformal import Intervals
from models.timeseries.scaling import Scaler
from tests.support.constant import constant, plain_spec
from training.completion.conformal import calibrate
from training.data.held_out import HeldOut
from training.evaluation.interval_scores import interval_scores, pinball_loss
from training.evaluation.origins import find_origins
from training.evaluation.rolling_forecasts import RollingForecasts, rolling_forecasts

VALUES = np.array([[0.0], [0], [1], [-2], [3], [-4], [5]])


def test_coverage_is_counted_at_each_step_for_the_levels_that_there_are_errors_for() -> None:
    intervals = calibrate(constant(0), [HeldOut(VALUES, range(2, 7))], 2)
    assert intervals is not None
    held_out = [HeldOut(np.array([[0.0], [0], [3], [-4], [4.5]]), range(2, 5))]
    forecasts = rolling_forecasts(constant(0), held_out, find_origins(held_out, 2, 2), 2)
    # Rank 3 of 4 errors for 50 %, the highest for 80: 3 and 4, then 4 and 5.
    assert interval_scores(intervals, forecasts).coverage == {"50": (0.5, 0.5), "80": (1, 1)}


def test_coverage_is_that_of_each_forecast_s_own_scale() -> None:
    spec = plain_spec(scaler=Scaler.fit("context", VALUES))
    held_out = [HeldOut(np.array([[10.0], [30], [60]]) * factor, range(2, 3)) for factor in (1, 5, 100)]
    forecaster = constant(0, spec)
    intervals = Intervals(np.array([[[4.1, 4.1]]]))  # the scales are 10, 50 and 1000, each error four of them
    forecasts = rolling_forecasts(forecaster, held_out, find_origins(held_out, 2, 1), 1)
    assert interval_scores(intervals, forecasts).coverage == {"50": (1,)}
    assert interval_scores(Intervals(np.array([[[3.9, 3.9]]])), forecasts).coverage == {"50": (0,)}


def test_coverage_ends_where_calibration_does_and_is_pooled_over_targets() -> None:
    spec = plain_spec(("a", "b"))
    values = np.concatenate([VALUES, 10 * VALUES], axis=1)
    intervals = calibrate(constant(0, spec), [HeldOut(values, range(2, 7))], 2)
    assert intervals is not None
    held_out = [HeldOut(np.array([[0.0, 0], [0, 0], [4, -41], [1, 1], [1, 1]]), range(2, 5))]
    forecasts = rolling_forecasts(constant(0, spec), held_out, find_origins(held_out, 2, 3), 3)
    assert interval_scores(intervals, forecasts).coverage["80"] == (0.5, 1)


def forecasts_of_errors(*errors: float) -> RollingForecasts:
    """Forecasts of 0 for one step, each with such an error."""
    held_out = [HeldOut(np.array([[0.0], [0], *([error] for error in errors)]), range(2, 2 + len(errors)))]
    return rolling_forecasts(constant(0), held_out, find_origins(held_out, 2, 1), 1)


def test_an_interval_score_is_the_width_and_a_penalty_for_what_lies_beyond() -> None:
    intervals = Intervals(np.array([[[1.0]]]))  # enough for 50 %: from -1 to 1
    scores = interval_scores(intervals, forecasts_of_errors(0.5, -3))
    assert scores.interval_score["50"] == pytest.approx((2 + 0.5 * (2 / 0.5) * 2,))
    # The forecast at 0.5, the bounds at 0.25 and 0.75.
    assert scores.pinball == pytest.approx((np.mean([0.25, 1.5, 0.25 * 1.5, 0.75 * 2, 0.25 * 0.5, 0.25 * 4]),))


def test_scores_are_in_the_units_of_each_series_and_those_without_one_are_left_out() -> None:
    intervals, forecasts = Intervals(np.array([[[1.0]]])), forecasts_of_errors(0.5, -3)
    assert interval_scores(intervals, forecasts, np.array([[4.0], [0]])).interval_score == {"50": (0.5,)}
    nothing = interval_scores(intervals, forecasts, np.zeros((2, 1)))
    assert (nothing.coverage, nothing.interval_score, nothing.pinball) == ({"50": (0.5,)}, {}, None)


def test_pinball_loss_is_least_at_the_quantile() -> None:
    values = np.arange(101.0)
    losses = [pinball_loss(np.array(bound), values, 0.9).mean() for bound in (80.0, 90.0, 95.0)]
    assert losses.index(min(losses)) == 1
