"""How good prediction intervals are: what they cover of the values that came, how wide they are, and both in one."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.errors import InvalidRequest
from models.intervals.conformal import Intervals
from models.intervals.error_scale import ErrorScale
from models.spec.metrics import StepValues
from training.evaluation.rolling_forecasts import RollingForecasts
from training.evaluation.step_scores import known_mean

Array = NDArray[np.float64]

LEVELS = (50, 80, 90, 95)  # in percent, that are measured


class IntervalScores(NamedTuple):
    """Scores at each calibrated step, as models/spec/metrics.py describes them in `Calibration`."""

    coverage: dict[str, StepValues]
    interval_score: dict[str, StepValues]
    pinball: StepValues | None


NO_SCORES = IntervalScores({}, {}, None)


def interval_scores(intervals: Intervals, forecasts: RollingForecasts, units: Array | None = None) -> IntervalScores:
    """The means over origins and targets. A level for which there are too few errors is left out.

    `units`, shape (origins, targets), is what the scores are in, by default raw units; those of 0 are left out.
    """
    errors = forecasts.errors[:, : intervals.steps]
    scale = ErrorScale(*(each[:, : intervals.steps] for each in forecasts.scale))
    units = np.ones((len(errors), errors.shape[2])) if units is None else units
    inverse = np.where(units > 0, 1 / np.where(units > 0, units, 1), np.nan)[:, None]
    covered, scores, losses = {}, {}, [0.5 * np.abs(errors)]
    for level in LEVELS:
        try:
            bounds = scale.bounds(intervals.error_bounds(level, errors.shape[1]))
        except InvalidRequest:
            continue
        outside = 1 - level / 100
        lower = pinball_loss(bounds.lower, errors, outside / 2)
        upper = pinball_loss(bounds.upper, errors, 1 - outside / 2)
        losses += [lower, upper]
        covered[str(level)] = _per_step(np.where(np.isnan(errors), np.nan, bounds.contain(errors)))
        scores[str(level)] = _per_step(2 / outside * (lower + upper) * inverse)
    if not covered or not np.isfinite(inverse).any():
        return IntervalScores(covered, {}, None)
    return IntervalScores(covered, scores, _per_step(np.mean(losses, axis=0) * inverse))


def pinball_loss(quantiles: Array, values: Array, probability: float) -> Array:
    """The loss of quantiles of a probability from 0 to 1, value by value (Koenker and Bassett 1978)."""
    beyond = values - quantiles
    return np.asarray(np.maximum(probability * beyond, (probability - 1) * beyond))


def _per_step(values: Array) -> StepValues:
    """The means over origins and targets of values (origins, horizon, targets), those that are NaN left out."""
    return tuple(known_mean(values, (0, 2)).tolist())
