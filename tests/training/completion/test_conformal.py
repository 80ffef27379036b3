"""Calibration errors and coverage, by hand."""

import numpy as np
import pytest

from models.inference.conformal import Intervals
from models.timeseries.scaling import Scaler
from tests.support.constant import constant, plain_spec
from training.completion import conformal as module
from training.completion.conformal import calibrate
from training.data.held_out import HeldOut
from training.evaluation.coverage import coverage
from training.evaluation.origins import find_origins
from training.evaluation.rolling_forecasts import rolling_forecasts

VALUES = np.array([[0.0], [0], [1], [-2], [3], [-4], [5]])


def test_errors_of_each_step_come_from_every_origin_of_the_part() -> None:
    intervals = calibrate(constant(0), [HeldOut(VALUES, range(2, 7))], 2)
    assert intervals is not None
    assert intervals.errors.tolist() == [[[1, 2, 3, 4]], [[2, 3, 4, 5]]]


def test_errors_are_in_units_of_each_context_s_scale() -> None:
    spec = plain_spec(scaler=Scaler.fit("context", VALUES))
    held_out = HeldOut(np.array([[10.0], [30], [60]]), range(2, 3))
    intervals = calibrate(constant(0, spec), [held_out], 1)
    assert intervals is not None
    assert intervals.errors.tolist() == [[[4]]]  # (60 - 20) / 10


def test_many_errors_are_evenly_spaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_ERRORS", 3)
    held_out = HeldOut(np.arange(10.0)[:, None], range(2, 10))
    intervals = calibrate(constant(0), [held_out], 2)
    assert intervals is not None
    assert intervals.errors[0, 0].tolist() == [2, 5, 8]


def test_no_part_long_enough_is_no_calibration() -> None:
    assert calibrate(constant(0), [], 1) is None
    assert calibrate(constant(0), [HeldOut(VALUES, range(5, 7))], 3) is None


def test_coverage_is_counted_at_each_step_for_the_levels_that_there_are_errors_for() -> None:
    intervals = calibrate(constant(0), [HeldOut(VALUES, range(2, 7))], 2)
    assert intervals is not None
    held_out = [HeldOut(np.array([[0.0], [0], [3], [-4], [4.5]]), range(2, 5))]
    forecasts = rolling_forecasts(constant(0), held_out, find_origins(held_out, 2, 2), 2)
    # Rank 3 of 4 errors for 50 %, the highest for 80: 3 and 4, then 4 and 5.
    assert coverage(intervals, forecasts) == {"50": (0.5, 0.5), "80": (1, 1)}


def test_coverage_is_that_of_each_forecast_s_own_scale() -> None:
    spec = plain_spec(scaler=Scaler.fit("context", VALUES))
    held_out = [HeldOut(np.array([[10.0], [30], [60]]) * factor, range(2, 3)) for factor in (1, 5, 100)]
    forecaster = constant(0, spec)
    intervals = Intervals(np.array([[[4.1, 4.1]]]))  # the scales are 10, 50 and 1000, each error four of them
    forecasts = rolling_forecasts(forecaster, held_out, find_origins(held_out, 2, 1), 1)
    assert coverage(intervals, forecasts) == {"50": (1,)}
    assert coverage(Intervals(np.array([[[3.9, 3.9]]])), forecasts) == {"50": (0,)}


def test_coverage_ends_where_calibration_does_and_is_pooled_over_targets() -> None:
    spec = plain_spec(("a", "b"))
    values = np.concatenate([VALUES, 10 * VALUES], axis=1)
    intervals = calibrate(constant(0, spec), [HeldOut(values, range(2, 7))], 2)
    assert intervals is not None
    held_out = [HeldOut(np.array([[0.0, 0], [0, 0], [4, -41], [1, 1], [1, 1]]), range(2, 5))]
    forecasts = rolling_forecasts(constant(0, spec), held_out, find_origins(held_out, 2, 3), 3)
    assert coverage(intervals, forecasts)["80"] == (0.5, 1)
