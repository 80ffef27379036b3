"""A rolling-origin backtest: a model and the baselines, from the same origins of held-out rows.

Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 5.10: https://otexts.com/fpp3/tscv.html.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.inference.forecaster import Forecaster
from models.spec.metrics import Backtest, StepScores
from models.spec.model_spec import ModelSpec
from training.baselines.baselines import Baseline, baselines
from training.data.held_out import HeldOut, History, without_gaps
from training.evaluation.comparison import compared, losses
from training.evaluation.origins import (
    Origins,
    find_origins,
    known_ahead,
    left_out,
    rows_before,
    spaced_origins,
)
from training.evaluation.rolling_forecasts import RollingForecasts, check_times, rolling_forecasts
from training.evaluation.series_scores import panel_scores
from training.evaluation.step_scores import mase_scales, step_scores
from training.recipes.recipe import Recipe

Array = NDArray[np.float64]

MAX_FORECAST = 1e100  # a baseline with forecasts beyond it is unstable, and their squares are no numbers


class BacktestData(NamedTuple):
    """The rows of a backtest, of which `held_out` are forecast; `tested_on` says in words which these are.

    `histories` are the rows of each series that the linear baseline is fitted on. `names` are those of all series, also
    of those without a row to forecast.
    """

    histories: tuple[History, ...]
    held_out: tuple[HeldOut, ...]
    tested_on: str
    names: tuple[str, ...] = ()


class ScoredForecasts(NamedTuple):
    """What a backtest gives: the model's forecasts, and the record of all scores.

    `baseline_descriptions` says in words what each baseline of the record does. `units` is what errors are judged in,
    shape (origins, targets): those of MASE where there are several series, else None for raw ones.
    """

    scores: Backtest
    forecasts: RollingForecasts
    baseline_descriptions: dict[str, str]
    units: Array | None = None


def backtest(recipe: Recipe, forecaster: Forecaster, data: BacktestData) -> ScoredForecasts | None:
    """Forecast from the same origins by the model and the baselines; None where no part holds a whole horizon.

    An origin has a context before it and the whole horizon in its series' part. A baseline that needs more rows than
    some series has before its part, or whose forecasts grow without bounds, is left out. Raises what
    `rolling_forecasts` raises.
    """
    spec, held_out = forecaster.spec, data.held_out
    check_times(forecaster, held_out)
    # 1. The baselines, and the origins that all forecasts begin at.
    horizon, seasons = tested_horizon(recipe, spec), recipe.evaluation.season
    candidates = baselines(recipe, spec, data.histories, horizon)
    history = _history(candidates, held_out, spec.least_context, horizon)
    origins, stride = spaced_origins(held_out, history, horizon, seasons, recipe.evaluation.stride)
    if not len(origins):
        return None
    # 2. The forecasts, and their scores.
    season = seasons[0] if seasons else 1
    scales = mase_scales(held_out, season, spec.target_columns)
    forecasts = rolling_forecasts(forecaster, held_out, origins, horizon)

    def scores_of(predictions: Array) -> StepScores:
        return step_scores(predictions, forecasts.actuals, origins.series, scales)

    baseline_scores, descriptions, comparisons = {}, {}, {}
    own_losses, baseline_losses = losses(forecasts.predictions, forecasts, scales), {}
    overlap = (horizon - 1) // stride
    for baseline in candidates:
        if baseline.rows > history:
            continue
        predictions = _baseline_forecasts(baseline, spec, held_out, origins, horizon)
        if (np.abs(predictions) < MAX_FORECAST).all():
            baseline_scores[baseline.name] = scores_of(predictions)
            descriptions[baseline.name] = baseline.description
            baseline_losses[baseline.name] = losses(predictions, forecasts, scales)
            comparisons[baseline.name] = compared(own_losses, baseline_losses[baseline.name], origins.series, overlap)
    # 3. The record.
    scores = Backtest(
        tested_on=data.tested_on,
        horizon=horizon,
        origins=len(origins),
        stride=stride,
        series=origins.series_count,
        season=season,
        model=scores_of(forecasts.predictions),
        baselines=baseline_scores,
        comparisons=comparisons,
        panel=panel_scores(seasons, own_losses, baseline_losses, origins, held_out, overlap),
        left_out=left_out(data.names, held_out, origins),
    )
    return ScoredForecasts(scores, forecasts, descriptions, scales[origins.series] if scores.series > 1 else None)


def tested_horizon(recipe: Recipe, spec: ModelSpec) -> int:
    """The steps that a model is tested over: the recipe's horizon, as far as the model reaches."""
    return min(recipe.horizon, spec.max_horizon or recipe.horizon)


def _history(candidates: Sequence[Baseline], held_out: Sequence[HeldOut], context: int, horizon: int) -> int:
    """How many rows every origin has before it.

    At least the context; more where a baseline needs more, unless that leaves a series without an origin.
    """
    history, series_count = context, find_origins(held_out, context, horizon).series_count
    for rows in sorted(baseline.rows for baseline in candidates):
        if rows > history and find_origins(held_out, rows, horizon).series_count == series_count:
            history = rows
    return history


def _baseline_forecasts(
    baseline: Baseline, spec: ModelSpec, held_out: Sequence[HeldOut], origins: Origins, horizon: int
) -> Array:
    """A baseline's forecasts from the origins, shape (origins, horizon, targets)."""
    whole, forecasts = without_gaps(held_out), []
    values_per_origin = (baseline.rows + horizon) * len(spec.features)
    if baseline.takes_known:
        values_per_origin += (spec.window + horizon) * len(spec.known_of_target)
    for chunk in origins.chunks(values_per_origin):
        past = rows_before(whole, chunk, baseline.rows)[:, :, list(spec.target_columns)]
        known = known_ahead(spec, held_out, chunk, horizon) if baseline.takes_known else None
        forecasts.append(baseline.forecast(past, horizon, known))
    return np.concatenate(forecasts)
