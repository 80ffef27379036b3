"""A model's evaluation: what is tested, calibrated and warned of."""

from typing import Any

import numpy as np
import pytest

from tests.support.constant import constant
from training.completion.conformal import calibrate
from training.data.dataset import Dataset, build_dataset
from training.evaluation.evaluate import Evaluation, evaluate_model
from training.reading.series import Series
from training.recipes.recipe import Recipe

RECIPE = Recipe().with_values(
    {"window": 2, "train_share": 0.5, "validation_share": 0.1, "calibration_share": 0.2, "horizon": 2, "season": 4}
)


def evaluation_of(recipe: Recipe) -> Any:
    """The evaluation of a model that always forecasts 2.5. It is Any, as tests know which of its fields are None."""
    dataset = build_dataset(recipe, [Series(np.tile([1.0, 2, 3, 2], 10)[:, None], ("a",), "made up")])
    return evaluated(recipe, dataset)


def evaluated(recipe: Recipe, dataset: Dataset) -> Evaluation:
    model = constant(2.5)
    return evaluate_model(recipe, dataset, model, calibrate(model, dataset.calibration, recipe.horizon))


def test_a_model_is_tested_calibrated_and_warned_of() -> None:
    evaluation = evaluation_of(RECIPE)
    assert evaluation.metrics.tested_on == "the last 8 of 40 rows"
    assert evaluation.metrics.model.mae == pytest.approx((1.5 + 0.5 + 0.5 + 0.5) / 4)
    assert evaluation.metrics.season == 4
    assert (evaluation.backtest.origins, evaluation.backtest.season, evaluation.backtest.horizon) == (7, 4, 2)
    assert evaluation.forecasts.predictions.shape == (7, 2, 1)
    assert evaluation.intervals.count == evaluation.calibration.count == 7  # origins in 8 rows
    assert evaluation.calibration.horizon == 2
    assert evaluation.calibration.calibrated_on == "the 8 rows before the last 8 of 40 rows"
    assert evaluation.calibration.coverage["80"] == (1, 1)
    assert evaluation.warnings == (
        "loses to seasonal naive 4 over 2 steps, with more than 10 times its error (p 0.00087): "
        "repeating the value 4 steps before is better",
        "loses to linear 2 over 2 steps, with more than 10 times its error (p 0.00087): "
        "a linear model of 2 lags is better",
        "has intervals from only 7 errors at each step: up to a level of 87.5 percent",
    )


def test_without_calibration_rows_there_are_no_intervals() -> None:
    evaluation = evaluation_of(RECIPE.with_values({"calibration_share": 0.0}))
    assert (evaluation.intervals, evaluation.calibration) == (None, None)
    assert not any("interval" in warning for warning in evaluation.warnings)


def test_a_horizon_that_no_part_has_room_for_is_told() -> None:
    evaluation = evaluation_of(RECIPE.with_values({"horizon": 13}))
    assert (evaluation.backtest, evaluation.forecasts, evaluation.calibration) == (None, None, None)
    untested, uncalibrated = evaluation.warnings
    assert untested.startswith("was never tested over 13 steps")
    assert uncalibrated == "has no intervals: no calibration part has room for a forecast of 13 steps"


def test_series_with_too_few_rows_to_test_on_are_told() -> None:
    names = {"long": 40, "short": 10}
    series = [Series(np.arange(float(rows))[:, None], ("a",), "made up", name) for name, rows in names.items()]
    recipe = RECIPE.with_values({"horizon": 3, "season": ()})
    evaluation = evaluated(recipe, build_dataset(recipe, series))
    assert "was tested over 3 steps on 1 of 2 series: short has too few rows to test on" in evaluation.warnings
    assert evaluation.backtest is not None
    assert evaluation.backtest.series == 1


def test_series_with_too_few_rows_to_calibrate_on_are_named() -> None:
    lengths = {"long": 40, "first": 10, "second": 12}
    series = [Series(np.arange(float(rows))[:, None], ("a",), "made up", name) for name, rows in lengths.items()]
    recipe = RECIPE.with_values({"horizon": 3, "season": (), "calibration_share": 0.1})
    evaluation = evaluated(recipe, build_dataset(recipe, series))
    assert evaluation.calibration is not None
    assert evaluation.calibration.left_out is not None
    assert evaluation.calibration.left_out.names == ("first", "second")
    told = "has intervals from errors of 1 of 3 series: first and second have too few rows to calibrate on"
    assert told in evaluation.warnings


def test_what_was_calibrated_is_kept_where_nothing_could_be_tested() -> None:
    evaluation = evaluation_of(RECIPE.with_values({"calibration_share": 0.35, "horizon": 3}))
    assert evaluation.backtest is None
    assert (evaluation.calibration.tested_on, evaluation.calibration.coverage) == (None, {})
