"""What disturbs measured series: level shifts, outliers, outages, plateaus, limits and rounding.

Each takes `values` of shape (rows, length) and returns them disturbed in every row.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from training.collection.components.draws import Rows, log_uniform, signs, some


def disturb(rng: np.random.Generator, values: Rows) -> None:
    """Disturb a few of the rows in each of the ways, in place. Rows that were positive get no value below zero."""
    positive = values.min(axis=1, keepdims=True) > 0
    for disturbance in DISTURBANCES:
        rows = some(rng, disturbance.share, len(values))
        if rows.size:
            values[rows] = disturbance.apply(rng, values[rows])
    np.maximum(values, 0, out=values, where=positive)


def level_shifts(rng: np.random.Generator, values: Rows) -> Rows:
    """The level changes for good at one point, in some rows at a second one too."""
    for again in (1.0, 0.3):  # of the rows have a shift, a second one
        after = np.arange(values.shape[1]) >= rng.uniform(0, values.shape[1], (len(values), 1))
        size = signs(rng, len(values)) * log_uniform(rng, 0.3, 4, len(values)) * _spread(values)
        values = values + np.where(after & (rng.random((len(values), 1)) < again), size, 0)
    return values


def temporary_shift(rng: np.random.Generator, values: Rows) -> Rows:
    """A shift that fades, as after a shock."""
    since = np.arange(values.shape[1]) - rng.uniform(0, values.shape[1], (len(values), 1))
    fading = np.exp(-np.maximum(since, 0) / log_uniform(rng, 2, max(4, values.shape[1] / 5), len(values)))
    size = signs(rng, len(values)) * log_uniform(rng, 0.5, 5, len(values)) * _spread(values)
    return values + np.where(since >= 0, size * fading, 0)


def outliers(rng: np.random.Generator, values: Rows) -> Rows:
    """Single values far off, at most about five in a hundred; all of a row to one side."""
    hit = rng.random(values.shape) < log_uniform(rng, 0.003, 0.05, len(values))
    sizes = rng.gamma(3, 1, values.shape) * signs(rng, len(values), 0.6) * _spread(values)
    return values + np.where(hit, sizes, 0)


def outlying_run(rng: np.random.Generator, values: Rows) -> Rows:
    """A run of values moved together: a strike, a holiday, a campaign."""
    size = signs(rng, len(values)) * log_uniform(rng, 0.7, 5, len(values)) * _spread(values)
    return values + np.where(_run(rng, values), size, 0)


def plateau(rng: np.random.Generator, values: Rows) -> Rows:
    """A run that repeats the value before it, as a gauge that hangs or a gap that was filled."""
    run = _run(rng, values)
    first = np.maximum(run.argmax(axis=1) - 1, 0)
    return np.where(run, np.take_along_axis(values, first[:, None], axis=1), values)


def outage(rng: np.random.Generator, values: Rows) -> Rows:
    """A run of zeros."""
    return np.where(_run(rng, values), 0, values)


def late_start(rng: np.random.Generator, values: Rows) -> Rows:
    """Zeros before the first sale."""
    return np.where(np.arange(values.shape[1]) < rng.uniform(0, 0.4 * values.shape[1], (len(values), 1)), 0, values)


def limits(rng: np.random.Generator, values: Rows) -> Rows:
    """Nothing above a capacity or below a floor."""
    share = rng.uniform(0.03, 0.3, len(values))
    ordered = np.sort(values, axis=1)
    low = ordered[np.arange(len(values)), (share * values.shape[1]).astype(int)][:, None]
    high = ordered[np.arange(len(values)), ((1 - share) * (values.shape[1] - 1)).astype(int)][:, None]
    above = rng.random((len(values), 1)) < 0.5
    limited: Rows = np.where(above, np.minimum(values, high), np.maximum(values, low))
    return limited


def rounded(rng: np.random.Generator, values: Rows) -> Rows:
    """Whole multiples of a step that is from a hundredth to half of the standard deviation."""
    step = log_uniform(rng, 0.01, 0.5, len(values)) * _spread(values)
    return np.round(values / step) * step


def _run(rng: np.random.Generator, values: Rows) -> NDArray[np.bool_]:
    """True over one random run of each row: from two steps to a tenth of the length."""
    rows, length = values.shape
    since = np.arange(length) - rng.integers(0, length, (rows, 1))
    return (since >= 0) & (since < log_uniform(rng, 2, max(3, length / 10), rows))


def _spread(values: Rows) -> Rows:
    spread: Rows = values.std(axis=1, keepdims=True) + 1e-9
    return spread


class Disturbance(NamedTuple):
    """What is done to rows, and the share of rows that it is done to."""

    apply: Callable[[np.random.Generator, Rows], Rows]
    share: float


DISTURBANCES = [
    Disturbance(level_shifts, 0.08),
    Disturbance(temporary_shift, 0.03),
    Disturbance(outliers, 0.07),
    Disturbance(outlying_run, 0.05),
    Disturbance(plateau, 0.02),
    Disturbance(outage, 0.015),
    Disturbance(late_start, 0.01),
    Disturbance(limits, 0.03),
    Disturbance(rounded, 0.15),  # the last, as a measured value is rounded when all is done
]
