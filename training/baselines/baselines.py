"""Baselines: simple forecasts from the same origins, which a model should beat.

Last value and seasonal naive are those of Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 5.2:
https://otexts.com/fpp3/simple-methods.html.
"""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from models.blending.blending import linear_forecast, naive_forecast
from models.spec.model_spec import ModelSpec
from models.text import counted
from training.baselines.autoregression import fit_linear, max_lags
from training.data.held_out import History
from training.recipes.recipe import Recipe

Array = NDArray[np.float64]

MAX_LAGS = 512  # of a linear baseline, unless the recipe says how many


class Forecast(Protocol):
    """What forecasts from rows before origins."""

    def __call__(self, past: Array, horizon: int, known: NDArray[np.floating] | None = None, /) -> Array:
        """From past rows of shape (origins, rows, targets): shape (origins, horizon, targets), in raw units.

        `known`, shape (origins, horizon, channels), is what is known of each step's target.
        """


class Baseline(NamedTuple):
    """A way to forecast from the `rows` rows before an origin; `description` says in words what it does.

    One that `takes_known` sees `spec.known_of_target` of each step as well.
    """

    name: str
    description: str
    rows: int
    forecast: Forecast
    takes_known: bool = False


def baselines(recipe: Recipe, spec: ModelSpec, histories: Sequence[History], horizon: int) -> tuple[Baseline, ...]:
    """The baselines of a recipe: last value, seasonal naive for each season, and linear where it can be fitted.

    `histories` are the rows of each series that it is fitted on, `horizon` the steps that are forecast.
    """
    lags = recipe.evaluation.linear_lags or min(spec.context_length, MAX_LAGS)
    fitted = _linear(histories, spec, lags, horizon)
    return (last_value(), *map(seasonal_naive, recipe.evaluation.season), *([fitted] if fitted else []))


def last_value() -> Baseline:
    """Repeat the last value."""
    return Baseline(
        "last value",
        "repeating the last value",
        1,
        lambda past, horizon, _known=None: np.repeat(past[:, -1:], horizon, axis=1),
    )


def seasonal_naive(season: int) -> Baseline:
    """Repeat the last season."""
    return Baseline(
        f"seasonal naive {season}",
        f"repeating the value {season} {'step' if season == 1 else 'steps'} before",
        season,
        lambda past, horizon, _known=None: naive_forecast(past, season, horizon),
    )


def _linear(histories: Sequence[History], spec: ModelSpec, wanted_lags: int, horizon: int) -> Baseline | None:
    """A linear autoregression of each target on its own lags, not on those of other columns, to keep it simple.

    It takes in what the model does of the calendar, holidays, future and static covariates. Where the model scales each
    context, so does the baseline, and one is fitted on all series together.
    """
    channels = len(spec.known_of_target)
    lags = max_lags([len(each.values) for each in histories], wanted_lags, channels)
    if not lags:
        return None
    models = fit_linear(spec, histories, lags, horizon)
    return Baseline(
        f"linear {lags}",
        f"a linear model of {counted(lags, 'lag')}" + (f" and {counted(channels, 'known input')}" if channels else ""),
        lags,
        partial(linear_forecast, models),
        takes_known=channels > 0,
    )
