"""Judging a model on held-out values, once: its next values, its rollouts, its intervals."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.inference.conformal import Intervals
from models.inference.forecaster import Forecaster
from models.spec.metrics import Backtest, Calibration, Metrics, Scores
from training.data.dataset import Dataset
from training.data.held_out import HeldOut, histories
from training.errors import SeriesError
from training.evaluation.backtest import backtest
from training.evaluation.baseline_warnings import baseline_warnings
from training.evaluation.conformal import calibrate, coverage
from training.evaluation.origins import Origins, actuals, find_origins
from training.evaluation.rolling_forecasts import RollingForecasts, rolling_forecasts
from training.recipes.recipe import Recipe

Array = NDArray[np.float64]

USUAL_LEVEL = 95  # in percent; fewer errors than it takes are worth a warning


class Evaluation(NamedTuple):
    """All that held-out rows say of a model.

    `rolled` are the forecasts of the backtest, `intervals` what calibration.npy holds; None where a part is missing
    or too short. `warnings` are sentences on what a user would not expect.
    """

    metrics: Metrics
    backtest: Backtest | None
    rolled: RollingForecasts | None
    intervals: Intervals | None
    calibration: Calibration | None
    warnings: tuple[str, ...]


def evaluate_model(recipe: Recipe, dataset: Dataset, forecaster: Forecaster) -> Evaluation:
    """Look at the test rows, once, and calibrate intervals on the rows kept for that. Raises SeriesError."""
    season = next(iter(recipe.evaluation.season), None)
    metrics = evaluate(forecaster, dataset.held_out, tested_on=dataset.tested_on, season=season)
    tested = backtest(recipe, forecaster, histories(dataset.series, dataset.parts), dataset.held_out, dataset.tested_on)
    horizon = recipe.horizon if forecaster.spec.rolls_out else 1
    intervals = calibrate(forecaster, dataset.calibration, horizon)
    known = None
    if intervals is not None:
        known = Calibration(
            calibrated_on=dataset.calibrated_on,
            horizon=intervals.steps,
            count=intervals.count,
            tested_on=None if tested is None else dataset.tested_on,
            coverage={} if tested is None else coverage(intervals, tested.rolled),
        )
    warnings: tuple[str, ...] = ()
    if tested is None:
        warnings = (f"was never tested over {horizon} steps: no test part has room for a context and as many values",)
    else:
        warnings = baseline_warnings(tested.scores, tested.description)
        if tested.scores.series < len(dataset.held_out):
            warnings += (
                f"was tested over {horizon} steps on {tested.scores.series} of {len(dataset.held_out)} series: the "
                "others have too few rows to test on",
            )
    if intervals is None and any(parts.calibration for parts in dataset.parts):
        warnings += (f"has no intervals: no calibration part has room for a forecast of {horizon} steps",)
    if intervals is not None and intervals.highest_level < USUAL_LEVEL:
        warnings += (
            f"has intervals from only {intervals.count} errors at each step: up to a level of "
            f"{intervals.highest_level:g} percent",
        )
    scores, rolled = (None, None) if tested is None else (tested.scores, tested.rolled)
    return Evaluation(metrics, scores, rolled, intervals, known, warnings)


def evaluate(
    forecaster: Forecaster, held_out: Sequence[HeldOut], *, tested_on: str, season: int | None = None
) -> Metrics:
    """Scores of the model's next values, of the last value and, with a season, of the value one season before.

    The baselines are those of Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 5.2:
    https://otexts.com/fpp3/simple-methods.html. Every forecast is that of the next value, so the last value
    is the one right before, whatever the lead. Errors of several series and targets are pooled. The seasonal
    naive is scored on rows that have a season before them, which may be fewer. Raises SeriesError where no row
    can be forecast, and as `roll`.
    """
    spec = forecaster.spec
    origins = _next_rows(forecaster, held_out)
    rolled = rolling_forecasts(forecaster, held_out, origins, 1)

    def naive(steps: int) -> Scores | None:
        has = origins.rows >= steps
        if not has.any():
            return None
        before = Origins(origins.series[has], origins.rows[has] - steps)
        return _scores(actuals(held_out, before, 1, spec.target_columns) - rolled.actuals[has])

    seasonal = None if season is None else naive(season)
    last = naive(1)
    assert last is not None  # noqa: S101 (a context has a last value)
    return Metrics(
        tested_on=tested_on,
        model=_scores(rolled.predictions - rolled.actuals),
        last_value=last,
        seasonal_naive=seasonal,
        season=None if seasonal is None else season,
    )


def one_step(forecaster: Forecaster, held_out: HeldOut) -> Array:
    """The model's forecast of each held-out row that has a whole context before it.

    The answer has shape (rows, targets), in raw units; it ends with the last held-out row. Raises as `evaluate`.
    """
    return rolling_forecasts(forecaster, [held_out], _next_rows(forecaster, [held_out]), 1).predictions[:, 0]


def _next_rows(forecaster: Forecaster, held_out: Sequence[HeldOut]) -> Origins:
    origins = find_origins(held_out, forecaster.spec.context_length, 1)
    if not len(origins):
        raise SeriesError(
            f"no row to be tested on has a context of {forecaster.spec.context_length} values before it: bring more "
            "rows, or look back on fewer"
        )
    return origins


def _scores(errors: Array) -> Scores:
    """Scores of errors of shape (rows, 1, targets)."""
    mse = float(np.mean(errors**2))
    return Scores(mae=float(np.mean(np.abs(errors))), mse=mse, rmse=mse**0.5, count=len(errors))
