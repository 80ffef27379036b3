"""Scores of next values by hand, beside naive ones."""

import numpy as np
import pytest

from models.graphs.onnx_network import OnnxNetwork
from models.inference.forecaster import Forecaster
from models.spec.model_spec import ModelSpec
from models.timeseries.scaling import Scaler
from tests.support.constant import constant, plain_spec
from tests.support.tiny import graph_of, tiny_spec
from training.data.held_out import HeldOut
from training.errors import SeriesError
from training.evaluation.next_value import next_value_forecasts, next_value_metrics

SCALED = Scaler(kind="standard", mean=(10.0,), scale=(2.0,))


def always(answer: float, spec: ModelSpec | None = None) -> Forecaster:
    return constant(answer, spec or plain_spec(scaler=SCALED))


def test_forecasts_are_in_raw_units_and_end_with_the_part() -> None:
    held_out = HeldOut(np.array([[1.0], [2], [3], [4], [5]]), range(1, 4))
    assert next_value_forecasts(always(0.5), held_out).tolist() == [[11.0], [11.0]]  # rows 2 and 3


def test_errors_are_those_of_the_next_value_beside_naive_ones() -> None:
    held_out = HeldOut(np.array([[10.0], [12], [9], [14], [11], [13]]), range(3, 6))
    metrics = next_value_metrics(always(0.5), [held_out], tested_on="the last 3", season=2)
    assert (metrics.model.mae, metrics.model.mse, metrics.model.count) == pytest.approx((5 / 3, 13 / 3, 3))
    assert (metrics.last_value.mae, metrics.last_value.mse) == pytest.approx((10 / 3, 38 / 3))
    assert metrics.seasonal_naive is not None
    assert metrics.seasonal_naive.mae == pytest.approx((2 + 2 + 1) / 3)
    assert (metrics.season, metrics.tested_on) == (2, "the last 3")
    assert metrics.model.rmse == pytest.approx(metrics.model.mse**0.5)


def test_the_last_value_is_the_one_before_whatever_the_lead() -> None:
    held_out = HeldOut(np.array([[10.0], [12], [9], [14], [11], [13]]), range(3, 6))
    metrics = next_value_metrics(always(0.5, plain_spec(lead=2, scaler=SCALED)), [held_out], tested_on="")
    assert metrics.last_value.mae == pytest.approx(10 / 3)
    assert metrics.seasonal_naive is None


def test_every_forecast_is_what_the_service_would_answer() -> None:
    spec = tiny_spec(features=("a", "b"), lags=(6,), difference=2, rollout="state")
    forecaster = Forecaster(spec, OnnxNetwork(graph_of(spec)))
    values = np.random.default_rng(0).normal(size=(20, 2))
    expected = [forecaster.forecast([values[:row]])[0, 0] for row in range(spec.context_length, 20)]
    assert next_value_forecasts(forecaster, HeldOut(values, range(3, 20))) == pytest.approx(
        np.array(expected), abs=1e-5
    )


def test_the_seasonal_naive_counts_the_rows_with_a_season_before_them() -> None:
    held_out = HeldOut(np.arange(6.0)[:, None], range(6))
    metrics = next_value_metrics(always(0.5), [held_out, held_out], tested_on="", season=4)
    assert metrics.model.count == 8
    assert metrics.seasonal_naive is not None
    assert (metrics.seasonal_naive.mae, metrics.seasonal_naive.count) == (4, 4)


def test_a_season_longer_than_the_series_has_no_baseline() -> None:
    held_out = HeldOut(np.arange(6.0)[:, None], range(6))
    metrics = next_value_metrics(always(0.5), [held_out], tested_on="", season=6)
    assert (metrics.seasonal_naive, metrics.season) == (None, None)


def test_no_row_with_a_context_before_it_is_told() -> None:
    with pytest.raises(SeriesError, match="no row to be tested on has a context of 2 values before it"):
        next_value_metrics(always(0.5), [HeldOut(np.zeros((9, 1)), range(2))], tested_on="")
