"""Series at another pace: stretched and shrunk in time, or averaged to a lower frequency, with their new seasons.

Every function takes values of shape (rows, length), which share their seasons; absent values are NaN. Seasons are
lengths in values, and whole numbers before and after.

To stretch by half to double is what Le Guennec, Malinowski and Tavenard (2016, Data augmentation for time series
classification using convolutional neural networks) did to parts of series; lower frequencies of one series are those of
temporal hierarchies (Athanasopoulos, Hyndman, Kourentzes and Petropoulos 2017, Forecasting with temporal hierarchies).
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

LEAST_FACTOR, MOST_FACTOR = 0.5, 2.0
LEAST_SEASON = 2  # values


class Resampled(NamedTuple):
    """Values of shape (rows, another length), and the lengths of their seasons."""

    values: Values
    seasons: tuple[int, ...]


def stretched(values: Values, seasons: tuple[int, ...], rng: np.random.Generator) -> Resampled:
    """Values over half to double as many rows, between which lines are drawn.

    All rows get one factor, such that each season stays a whole number of at least two values; where no other is such,
    they stay as they are. The first value stays the first. Values between two of which one is absent are absent.
    """
    factor = _whole_factor(seasons, rng) if seasons else math.exp(rng.uniform(*np.log([LEAST_FACTOR, MOST_FACTOR])))
    places = np.arange(int((values.shape[1] - 1) * factor) + 1) / factor
    before = np.minimum(places.astype(np.intp), values.shape[1] - 1)
    after = np.minimum(before + 1, values.shape[1] - 1)
    shares = places - before
    # At a value itself the one after it does not matter, even if it is absent.
    between = np.where(shares > 0, values[:, before] * (1 - shares) + values[:, after] * shares, values[:, before])
    return Resampled(between, tuple(round(season * factor) for season in seasons))


def averaged(values: Values, seasons: tuple[int, ...], count: int) -> Resampled:
    """Means of `count` values in a row, such as quarters of months; the oldest values that fill none are left out.

    Of the seasons those stay that are whole numbers of at least two means. A mean of which one value is absent is
    absent. Raises ValueError where `count` is less than 1.
    """
    if count < 1:
        raise ValueError(f"means are of at least 1 value, got {count}")
    rows, length = values.shape
    whole = values[:, length % count :].reshape(rows, length // count, count)
    kept = tuple(season // count for season in seasons if season % count == 0 and season // count >= LEAST_SEASON)
    return Resampled(whole.mean(axis=2), kept)


def _whole_factor(seasons: tuple[int, ...], rng: np.random.Generator) -> float:
    """A factor by which every season stays a whole number of values; each length of the shortest is as likely."""
    # All seasons are multiples of their greatest common divisor, and stay so.
    shortest, divisor = min(seasons), math.gcd(*seasons)
    grain = shortest // divisor
    lengths = [
        length
        for length in range(math.ceil(shortest * LEAST_FACTOR), int(shortest * MOST_FACTOR) + 1)
        if length % grain == 0 and length >= LEAST_SEASON
    ]
    return int(rng.choice(lengths)) / shortest if lengths else 1.0
