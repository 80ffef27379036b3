"""Scores of forecasts and of intervals on a set: MASE as Monash and fev define it, MAE, coverage, interval score.

MASE: Hyndman and Koehler 2006 (doi:10.1016/j.ijforecast.2006.03.001), with the scale of each history.
Interval score: Gneiting and Raftery 2007 (doi:10.1198/016214506000001437).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.pretrained.sets import EvaluationSet

Array = NDArray[np.float64]


class PointScores(NamedTuple):
    """Means over series of the means over their tasks and steps.

    MAE is in raw units. Tasks whose history never changes from season to season have no MASE: they are `left_out` of
    it, so many of them.
    """

    mase: float
    mae: float
    left_out: int


class IntervalScores(NamedTuple):
    """Means as those of `PointScores`: the share of values within, and the interval score in units of MASE."""

    coverage: float
    score: float


def point_scores(given: EvaluationSet, forecasts: Array) -> PointScores:
    """Score forecasts of a set's tasks, shape (tasks, horizon), in raw units."""
    errors = np.abs(forecasts - given.futures).mean(axis=1)
    scales = mase_scales(given)
    return PointScores(
        mase=_mean(given, errors / scales),
        mae=_mean(given, errors),
        left_out=int(np.isnan(scales).sum()),
    )


def interval_scores(given: EvaluationSet, lower: Array, upper: Array, level: float) -> IntervalScores:
    """Score intervals of a level in percent: their bounds, each of shape (tasks, horizon), in raw units."""
    futures, outside = given.futures, 1 - level / 100
    beyond = np.maximum(lower - futures, 0) + np.maximum(futures - upper, 0)
    scores = (upper - lower + 2 / outside * beyond).mean(axis=1)
    return IntervalScores(
        coverage=_mean(given, ((lower <= futures) & (futures <= upper)).mean(axis=1)),
        score=_mean(given, scores / mase_scales(given)),
    )


def mase_scales(given: EvaluationSet) -> Array:
    """What each task's errors are divided by, shape (tasks); NaN where its history never changes."""
    scales = np.array([mase_scale(task.history, given.seasons[0]) for task in given.tasks])
    return np.where(scales > 0, scales, np.nan)


def mase_scale(history: Array, season: int) -> float:
    """The mean absolute change of a history, shape (rows), over a season; over one step where it is no longer."""
    lag = season if len(history) > season else 1
    return float(np.abs(history[lag:] - history[:-lag]).mean())


def seasonal_naive(history: Array, horizon: int, season: int) -> Array:
    """The last season over and over, shape (horizon); the last value where the history is no longer than a season."""
    season = season if len(history) > season else 1
    return np.resize(history[-season:], horizon)


def naive_forecasts(given: EvaluationSet, season: int) -> Array:
    """The seasonal naive's forecasts of all tasks, shape (tasks, horizon)."""
    return np.stack([seasonal_naive(task.history, given.horizon, season) for task in given.tasks])


def relative_error(given: EvaluationSet, forecasts: Array, season: int | None = None) -> float:
    """The MASE of forecasts, shape (tasks, horizon), by that of the seasonal naive; of the first season by default."""
    naive = naive_forecasts(given, given.seasons[0] if season is None else season)
    return point_scores(given, forecasts).mase / point_scores(given, naive).mase


def _mean(given: EvaluationSet, values: Array) -> float:
    """The mean over series of the means over tasks of values of tasks, shape (tasks), without those that are NaN."""
    by_series: dict[str, list[float]] = {}
    for task, value in zip(given.tasks, values.tolist(), strict=True):
        if not np.isnan(value):
            by_series.setdefault(task.series, []).append(value)
    return float(np.mean([np.mean(each) for each in by_series.values()]))
