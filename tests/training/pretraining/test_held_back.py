"""Intervals from the rows that a collection held back."""

import numpy as np
import pytest

from models.engine.offline import predict_offline
from tests.support.any_series.tiny import any_forecaster, any_spec, seasonal_values
from training.collection.packaged import HeldBackSeries
from training.pretraining.held_back import calibrated_intervals, continued

NAN = np.nan


def test_unknown_errors_are_those_of_a_like_forecast() -> None:
    errors = np.array([[1.0, 2, 3], [4, 5, 6], [3.5, 4.5, NAN], [NAN, 1, 2], [1.5, NAN, 9]])
    made = continued(errors)
    assert made.tolist() == [[1, 2, 3], [4, 5, 6], [3.5, 4.5, 6], [1, 2, 3], [1.5, 2, 3]]
    assert np.isnan(errors[2, 2])  # what came is left as it was


def test_where_no_forecast_is_known_to_its_end_the_longest_stand_in() -> None:
    made = continued(np.array([[1.0, 2, NAN, NAN], [3, NAN, NAN, NAN], [5.0, 6, NAN, NAN]]))
    assert made.shape == (3, 4)
    assert np.isfinite(made).all()
    assert made.tolist() == [[1, 2, 2, 2], [3, 2, 2, 2], [5, 6, 6, 6]]


def test_each_series_gives_the_errors_right_after_what_was_learned() -> None:
    forecaster = any_forecaster(any_spec(outputs=4))
    series = [
        HeldBackSeries("us-change", str(seed), np.array(seasonal_values(40, 4, seed, noise=1)), 36 - seed, (4,))
        for seed in range(4)
    ] + [HeldBackSeries("m3-other", "short", np.array(seasonal_values(20, 4, 9, noise=1)), 18, ())]
    intervals = calibrated_intervals(forecaster, series)
    assert (intervals.steps, intervals.targets, intervals.count) == (4, 1, 5)
    assert intervals.joint_errors is not None
    for number, each in enumerate(series[:4]):
        window, after = each.values[: each.learned], each.values[each.learned : each.learned + 4]
        inputs = forecaster.prepare([window], 4, seasons=[each.seasons])
        predictions = predict_offline(forecaster, inputs)
        scale = forecaster.error_scale(inputs, predictions)
        expected = scale.relative(after[None, :, None] - forecaster.to_raw(inputs, predictions))[0, :, 0]
        assert np.allclose(intervals.joint_errors[:, 0, number], expected, rtol=1e-3)
    assert np.isfinite(intervals.joint_errors).all()
    intervals.error_bounds(80, 4)


@pytest.mark.parametrize("values", [np.full(40, 3.0), np.zeros(40)])
def test_constant_series_have_finite_errors(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> None:
    intervals = calibrated_intervals(any_forecaster(), [HeldBackSeries("m3-other", "a", values, 30, ())])
    assert np.isfinite(intervals.errors).all()


def test_series_unlike_all_others_are_taken_only_where_there_are_no_others() -> None:
    forecaster = any_forecaster(any_spec(outputs=4))
    usual, unlike = (
        HeldBackSeries(source, "a", np.array(seasonal_values(40, 4, noise=1)), 36, (4,))
        for source in ("m3-monthly", "global-economy")
    )
    assert calibrated_intervals(forecaster, [usual, unlike, unlike]).count == 1
    assert calibrated_intervals(forecaster, [unlike, unlike]).count == 2
