from typing import Any

import numpy as np
import pytest

from models.inference.forecaster import Forecaster
from models.inference.onnx_network import OnnxNetwork
from models.spec.model_spec import ModelSpec
from models.timeseries.scaling import Scaler
from tests.support.constant import constant, plain_spec
from tests.support.tiny import graph_of, tiny_spec
from training.data.dataset import build_dataset
from training.data.held_out import HeldOut, histories
from training.data.series import Series
from training.errors import SeriesError
from training.evaluation.evaluate import evaluate, evaluate_model, one_step
from training.recipes.recipe import Recipe

SCALED = Scaler(kind="standard", mean=(10.0,), scale=(2.0,))


def always(answer: float, spec: ModelSpec | None = None) -> Forecaster:
    return constant(answer, spec or plain_spec(scaler=SCALED))


def test_forecasts_are_in_raw_units_and_end_with_the_part() -> None:
    held_out = HeldOut(np.array([[1.0], [2], [3], [4], [5]]), range(1, 4))
    assert one_step(always(0.5), held_out).tolist() == [[11.0], [11.0]]  # rows 2 and 3


def test_errors_are_those_of_the_next_value_beside_naive_ones() -> None:
    held_out = HeldOut(np.array([[10.0], [12], [9], [14], [11], [13]]), range(3, 6))
    metrics = evaluate(always(0.5), [held_out], tested_on="the last 3", season=2)
    assert (metrics.model.mae, metrics.model.mse, metrics.model.count) == pytest.approx((5 / 3, 13 / 3, 3))
    assert (metrics.last_value.mae, metrics.last_value.mse) == pytest.approx((10 / 3, 38 / 3))
    assert metrics.seasonal_naive is not None
    assert metrics.seasonal_naive.mae == pytest.approx((2 + 2 + 1) / 3)
    assert (metrics.season, metrics.tested_on) == (2, "the last 3")
    assert metrics.model.rmse == pytest.approx(metrics.model.mse**0.5)


def test_the_last_value_is_the_one_before_whatever_the_lead() -> None:
    held_out = HeldOut(np.array([[10.0], [12], [9], [14], [11], [13]]), range(3, 6))
    metrics = evaluate(always(0.5, plain_spec(lead=2, scaler=SCALED)), [held_out], tested_on="")
    assert metrics.last_value.mae == pytest.approx(10 / 3)
    assert metrics.seasonal_naive is None


def test_every_forecast_is_what_the_service_would_answer() -> None:
    spec = tiny_spec(features=("a", "b"), lags=(6,), difference=2, rollout="state")
    forecaster = Forecaster(spec, OnnxNetwork(graph_of(spec)))
    values = np.random.default_rng(0).normal(size=(20, 2))
    expected = [forecaster.forecast([values[:row]])[0, 0] for row in range(spec.context_length, 20)]
    assert one_step(forecaster, HeldOut(values, range(3, 20))) == pytest.approx(np.array(expected), abs=1e-5)


def test_the_seasonal_naive_counts_the_rows_with_a_season_before_them() -> None:
    held_out = HeldOut(np.arange(6.0)[:, None], range(6))
    metrics = evaluate(always(0.5), [held_out, held_out], tested_on="", season=4)
    assert metrics.model.count == 8
    assert metrics.seasonal_naive is not None
    assert (metrics.seasonal_naive.mae, metrics.seasonal_naive.count) == (4, 4)


def test_a_season_longer_than_the_series_has_no_baseline() -> None:
    held_out = HeldOut(np.arange(6.0)[:, None], range(6))
    metrics = evaluate(always(0.5), [held_out], tested_on="", season=6)
    assert (metrics.seasonal_naive, metrics.season) == (None, None)


def test_no_row_with_a_context_before_it_is_told() -> None:
    with pytest.raises(SeriesError, match="no row to be tested on has a context of 2 values before it"):
        evaluate(always(0.5), [HeldOut(np.zeros((9, 1)), range(2))], tested_on="")


RECIPE = Recipe().with_values(
    {"window": 2, "train_share": 0.5, "validation_share": 0.1, "calibration_share": 0.2, "horizon": 2, "season": 4}
)


def test_the_linear_baseline_may_learn_from_what_training_was_stopped_by() -> None:
    dataset = build_dataset(RECIPE, [Series(np.arange(20.0)[:, None], ("a",), "made up")])
    (history,) = histories(dataset.series, dataset.parts)
    assert history[:, 0].tolist() == [*range(12)]  # 10 rows to train on, 2 to validate on; 4 to calibrate on, 4 to test


def judged_by(recipe: Recipe) -> Any:
    """The judgement of a model that always forecasts 2.5; tests say what of it is there, so its type does not."""
    dataset = build_dataset(recipe, [Series(np.tile([1.0, 2, 3, 2], 10)[:, None], ("a",), "made up")])
    return evaluate_model(recipe, dataset, constant(2.5))


def test_a_judgement_tests_calibrates_and_warns() -> None:
    judged = judged_by(RECIPE)
    assert judged.metrics.tested_on == "the last 8 of 40 rows"
    assert judged.metrics.model.mae == pytest.approx((1.5 + 0.5 + 0.5 + 0.5) / 4)
    assert judged.metrics.season == 4
    assert (judged.backtest.origins, judged.backtest.season, judged.backtest.horizon) == (7, 4, 2)
    assert judged.rolled.predictions.shape == (7, 2, 1)
    assert judged.intervals.count == judged.calibration.count == 7  # origins in 8 rows
    assert judged.calibration.horizon == 2
    assert judged.calibration.calibrated_on == "the 8 rows before the last 8 of 40 rows"
    assert judged.calibration.coverage["80"] == (1, 1)
    assert judged.warnings == (
        "loses to seasonal naive 4 at every step: repeating the value 4 steps before is better there",
        "loses to linear 2 at every step: a linear model of 2 lags is better there",
        "has intervals from only 7 errors at each step: up to a level of 87.5 percent",
    )


def test_without_calibration_rows_there_are_no_intervals() -> None:
    judged = judged_by(RECIPE.with_values({"calibration_share": 0.0}))
    assert (judged.intervals, judged.calibration) == (None, None)
    assert not any("interval" in warning for warning in judged.warnings)


def test_a_horizon_that_no_part_has_room_for_is_told() -> None:
    judged = judged_by(RECIPE.with_values({"horizon": 13}))
    assert (judged.backtest, judged.rolled, judged.calibration) == (None, None, None)
    untested, uncalibrated = judged.warnings
    assert untested.startswith("was never tested over 13 steps")
    assert uncalibrated == "has no intervals: no calibration part has room for a forecast of 13 steps"


def test_series_with_too_few_rows_to_test_on_are_told() -> None:
    names = {"long": 40, "short": 10}
    series = [Series(np.arange(float(rows))[:, None], ("a",), "made up", name) for name, rows in names.items()]
    recipe = RECIPE.with_values({"horizon": 3, "season": ()})
    judged = evaluate_model(recipe, build_dataset(recipe, series), constant(2.5))
    assert any(warning.startswith("was tested over 3 steps on 1 of 2 series") for warning in judged.warnings)
    assert judged.backtest is not None
    assert judged.backtest.series == 1


def test_what_was_calibrated_is_kept_where_nothing_could_be_tested() -> None:
    judged = judged_by(RECIPE.with_values({"calibration_share": 0.35, "horizon": 3}))
    assert judged.backtest is None
    assert (judged.calibration.tested_on, judged.calibration.coverage) == (None, {})
