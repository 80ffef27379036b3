"""A rolling-origin backtest: a model and the baselines, from the same origins of held-out rows.

Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 5.10: https://otexts.com/fpp3/tscv.html.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.inference.forecaster import Forecaster
from models.spec.metrics import Backtest, StepScores
from training.data.held_out import HeldOut
from training.evaluation.baselines import Baseline, baselines
from training.evaluation.metrics import mase_scales, step_scores
from training.evaluation.origins import Origins, contexts_before, even_stride, find_origins
from training.evaluation.rolling_forecasts import RollingForecasts, rolling_forecasts
from training.recipes.recipe import Recipe

Array = NDArray[np.float64]

MAX_ORIGINS = 1_000  # about, unless the recipe says a stride
BOUND = 1e100  # a baseline with forecasts beyond it is unstable, and their squares are no numbers


class BacktestResult(NamedTuple):
    """A backtest's scores, the forecasts that were scored, and what each baseline does, in words."""

    scores: Backtest
    rolled: RollingForecasts
    description: dict[str, str]


def backtest(
    recipe: Recipe,
    forecaster: Forecaster,
    histories: Sequence[Array],
    held_out: Sequence[HeldOut],
    tested_on: str,
) -> BacktestResult | None:
    """Roll the model and the baselines out from the same origins; None where no part holds a whole horizon.

    An origin has a context before it and all of the horizon in its series' part; the horizon is the recipe's, and 1
    for a model that can't roll out. `histories`, rows of shape (rows, features), are what the linear baseline learns
    from. A baseline that needs more rows than some series has before its part, or whose forecasts pass all bounds, is
    left out. Raises as `roll`.
    """
    spec = forecaster.spec
    columns = list(spec.target_columns)
    horizon = recipe.horizon if spec.rolls_out else 1
    seasons = recipe.evaluation.season
    contenders = baselines(recipe, spec, histories)
    history, contenders = _fitting(contenders, held_out, spec.context_length, horizon)
    every = find_origins(held_out, history, horizon)
    if not len(every):
        return None
    # No longer than the most origins of a series: 1 for a panel that has one of each.
    stride = recipe.evaluation.stride or min(
        even_stride(len(every), MAX_ORIGINS, seasons), int(np.bincount(every.series).max())
    )
    origins = find_origins(held_out, history, horizon, stride)
    rolled = rolling_forecasts(forecaster, held_out, origins, horizon)
    season = seasons[0] if seasons else 1
    scales = mase_scales(held_out, season, columns)

    def scored(forecasts: Array) -> StepScores:
        return step_scores(forecasts, rolled.actuals, origins.series, scales)

    scores = {}
    for baseline in contenders:
        forecasts = _forecasts(baseline, held_out, origins, horizon, columns)
        if (np.abs(forecasts) < BOUND).all():
            scores[baseline.name] = scored(forecasts)
    record = Backtest(
        tested_on=tested_on,
        horizon=horizon,
        origins=len(origins),
        stride=stride,
        series=origins.series_count,
        season=season,
        model=scored(rolled.predictions),
        baselines=scores,
    )
    return BacktestResult(record, rolled, {each.name: each.description for each in contenders if each.name in scores})


def _fitting(
    contenders: Sequence[Baseline], held_out: Sequence[HeldOut], context: int, horizon: int
) -> tuple[int, tuple[Baseline, ...]]:
    """The rows that every origin has before it, and the baselines that make do with them.

    At least the context; more where a baseline needs more, as long as no series is left without an origin for it.
    """
    history, wanted = context, find_origins(held_out, context, horizon).series_count
    for rows in sorted(each.rows for each in contenders):
        if rows > history and find_origins(held_out, rows, horizon).series_count == wanted:
            history = rows
    return history, tuple(each for each in contenders if each.rows <= history)


def _forecasts(
    baseline: Baseline, held_out: Sequence[HeldOut], origins: Origins, horizon: int, columns: list[int]
) -> Array:
    """A baseline's forecasts from the origins, shape (origins, horizon, targets)."""
    features = held_out[0].values.shape[1]
    return np.concatenate(
        [
            baseline.forecast(contexts_before(held_out, chunk, baseline.rows)[:, :, columns], horizon)
            for chunk in origins.chunks((baseline.rows + horizon) * features)
        ]
    )
