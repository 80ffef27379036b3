"""What a pretrained model is compared with: the seasonal naive, and AutoTheta, AutoETS and MSTL of statsforecast."""

import warnings
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.pretrained.scores import seasonal_naive
from benchmarks.pretrained.sets import EvaluationSet
from training.classical.methods import MAX_ETS_SEASON
from training.classical.scores import MAX_ROWS
from training.errors import SeriesError
from training.extras import require_compare

Array = NDArray[np.float64]

LEVELS = (80, 95)  # of AutoETS's intervals, in percent


class Forecast(NamedTuple):
    """Values and, by level, the bounds of intervals, in raw units; none where a method has no intervals.

    All arrays have the shape (horizon), or (tasks, horizon) where they are of all tasks of a set.
    """

    values: Array
    lower: Mapping[int, Array] = {}
    upper: Mapping[int, Array] = {}


Method = Callable[[Array, int], Forecast]  # of a history, shape (rows), and a horizon


def methods(seasons: tuple[int, ...]) -> dict[str, Method]:
    """The methods by their names, for series with these seasons, in steps. Raises MissingExtra.

    There is a seasonal naive of each season. AutoTheta knows the first one alone, and so does AutoETS, but none where
    that is longer than its library allows. Where there are several, MSTL knows them all.
    """
    require_compare()
    with _no_warnings():  # it takes seconds, and brings pandas and statsmodels
        from statsforecast.models import MSTL, AutoETS, AutoTheta

    first = seasons[0]
    return {
        **{f"seasonal naive {season}": _naive(season) for season in seasons},
        "AutoTheta": _fitted(AutoTheta(season_length=first)),
        "AutoETS": _fitted(AutoETS(season_length=first if first <= MAX_ETS_SEASON else 1), LEVELS),
        **({"MSTL": _fitted(MSTL(season_length=list(seasons)))} if len(seasons) > 1 else {}),
    }


def forecast_all(method: Method, given: EvaluationSet) -> Forecast:
    """A method's forecasts from all tasks of a set, each by the newest rows of its history.

    Raises whatever the library raises, and SeriesError where it gives no finite numbers.
    """
    forecasts = [method(task.history[-MAX_ROWS:], given.horizon) for task in given.tasks]
    values = np.stack([each.values for each in forecasts])
    if bad := sorted(
        {task.series for task, row in zip(given.tasks, values, strict=True) if not np.isfinite(row).all()}
    ):
        raise SeriesError(f"expected forecasts of finite numbers, but not all are of {', '.join(bad)}")
    levels = forecasts[0].lower
    return Forecast(
        values,
        {level: np.stack([each.lower[level] for each in forecasts]) for level in levels},
        {level: np.stack([each.upper[level] for each in forecasts]) for level in levels},
    )


def _naive(season: int) -> Method:
    return lambda history, horizon: Forecast(seasonal_naive(history, horizon, season))


def _fitted(model: Any, levels: tuple[int, ...] = ()) -> Method:
    def forecast(history: Array, horizon: int) -> Forecast:
        with _no_warnings():
            found = model.forecast(y=history, h=horizon, level=list(levels) or None)
        columns = {name: np.asarray(column, np.float64) for name, column in found.items()}
        return Forecast(
            columns["mean"],
            {level: columns[f"lo-{level}"] for level in levels},
            {level: columns[f"hi-{level}"] for level in levels},
        )

    return forecast


def _no_warnings() -> AbstractContextManager[None]:
    """Silence: what the library finds odd in a series, nothing can be done about here."""
    return warnings.catch_warnings(action="ignore")
