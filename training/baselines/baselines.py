"""Baselines: simple forecasts from the same origins, which a model should beat.

Last value and seasonal naive are those of Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 5.2:
https://otexts.com/fpp3/simple-methods.html.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.inference.blending import linear_forecast, naive_forecast
from models.spec.model_spec import ModelSpec
from training.baselines.autoregression import fit_linear, max_lags
from training.recipes.recipe import Recipe

Array = NDArray[np.float64]

MAX_LAGS = 512  # of a linear baseline, unless the recipe says how many


class Baseline(NamedTuple):
    """A way to forecast from the `rows` rows before an origin.

    `forecast` takes such rows of shape (origins, rows, targets) and a horizon, and gives (origins, horizon, targets),
    in raw units. `description` says in words what it does.
    """

    name: str
    description: str
    rows: int
    forecast: Callable[[Array, int], Array]


def baselines(recipe: Recipe, spec: ModelSpec, histories: Sequence[Array]) -> tuple[Baseline, ...]:
    """The baselines of a recipe: last value, seasonal naive for each season, and linear where it can be fitted.

    `histories` are the rows of each series that it is fitted on: shape (rows, features).
    """
    lags = recipe.evaluation.linear_lags or min(spec.context_length, MAX_LAGS)
    fitted = _linear(histories, spec, lags)
    return (last_value(), *map(seasonal_naive, recipe.evaluation.season), *([fitted] if fitted else []))


def last_value() -> Baseline:
    """Repeat the last value."""
    return Baseline(
        "last value",
        "repeating the last value",
        1,
        lambda past, horizon: np.repeat(past[:, -1:], horizon, axis=1),
    )


def seasonal_naive(season: int) -> Baseline:
    """Repeat the last season."""
    return Baseline(
        f"seasonal naive {season}",
        f"repeating the value {season} {'step' if season == 1 else 'steps'} before",
        season,
        lambda past, horizon: naive_forecast(past, season, horizon),
    )


def _linear(histories: Sequence[Array], spec: ModelSpec, wanted_lags: int) -> Baseline | None:
    """A linear autoregression of each target on its own lags, not on those of other columns, to keep it simple.

    Where the model scales each context, so does the baseline, and one is fitted on all series together.
    """
    lags = max_lags([len(history) for history in histories], wanted_lags)
    if not lags:
        return None
    models = fit_linear(spec, histories, lags)
    return Baseline(
        f"linear {lags}",
        f"a linear model of {lags} {'lag' if lags == 1 else 'lags'}",
        lags,
        partial(linear_forecast, models),
    )
