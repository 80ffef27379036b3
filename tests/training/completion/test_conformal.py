"""Calibration errors and coverage, by hand."""

import numpy as np
import pytest

from models.timeseries.scaling import Scaler
from tests.support.constant import constant, plain_spec
from training.completion import conformal as module
from training.completion.conformal import Unseen, calibrate, calibrate_on
from training.data.held_out import HeldOut

VALUES = np.array([[0.0], [0], [1], [-2], [3], [-4], [5]])


def test_errors_of_each_step_come_from_every_origin_of_the_part() -> None:
    intervals = calibrate(constant(0), [HeldOut(VALUES, range(2, 7))], 2)
    assert intervals is not None
    assert intervals.errors.tolist() == [[[1, 2, 3, 4]], [[2, 3, 4, 5]]]
    assert intervals.joint_errors is not None
    assert intervals.joint_errors.tolist() == [[[1, -2, 3, -4]], [[-2, 3, -4, 5]]]  # of each origin at one index


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


def test_rows_may_each_have_a_forecaster_of_their_own() -> None:
    none, ten = constant(0), constant(10)
    parts = [(range(2, 4), none), (range(4, 6), ten), (range(6, 7), none)]
    unseen = [Unseen(HeldOut(VALUES, part), forecaster) for part, forecaster in parts]
    intervals = calibrate_on(unseen, 1)
    assert intervals is not None
    assert intervals.joint_errors is not None
    assert intervals.joint_errors.tolist() == [[[1, -2, -7, -14, 5]]]
