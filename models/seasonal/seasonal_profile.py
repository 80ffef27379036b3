"""The seasons of windows: what each phase of a season adds to a window's level, or multiplies it by.

Classical decomposition (Hyndman and Athanasopoulos 2021, Forecasting: principles and practice, 3.4), one season after
the other, the shortest first, as in MSTL (Bandara, Hyndman and Bergmeir 2021, arXiv:2107.13462). What the phases show
is shrunk towards nothing, the more the less they differ beyond chance (James and Stein 1961; for seasonal indices
Miller and Williams 2003, doi:10.1016/S0169-2070(02)00077-8).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.seasonal.moving_average import centred_average

Array = NDArray[np.float64]

LEAST_CYCLES = 2  # of a season in a window
LEAST_FACTOR = 0.05  # of a phase that multiplies: what is nearer to nothing can't be divided by


class SeasonalProfile(NamedTuple):
    """The seasons of some windows, from their first value to the last of the horizon.

    A value is `added` + `factors` x its seasonally adjusted value; both have shape (rows, length + horizon). Where the
    seasons of a row multiply, which `multiplies` tells, nothing is added; else its factors are 1. `irregular`, shape
    (rows, length), is what neither the trend nor the seasons explain of each adjusted value. `strengths`, shape (rows,
    seasons), tell how much of each season was left when it was shrunk: from 0 to 1.
    """

    added: Array
    factors: Array
    multiplies: NDArray[np.bool_]
    irregular: Array
    strengths: Array


def seasonal_profile(values: Array, seasons: Sequence[int], horizon: int) -> SeasonalProfile:
    """The seasons of windows of shape (rows, length), all finite.

    `seasons` are lengths in values, ascending, of which the windows hold LEAST_CYCLES cycles at least.
    """
    rows, length = values.shape
    added, factors = np.zeros((rows, length + horizon)), np.ones((rows, length + horizon))
    multiplies, irregular = np.zeros(rows, np.bool_), np.zeros((rows, length))
    adjusted, strengths = values, np.zeros((rows, len(seasons)))
    for number, season in enumerate(seasons):
        trend = centred_average(adjusted, season)
        if number == 0:
            multiplies = _multiply(adjusted, trend, season)
        unit = np.where(multiplies[:, None], trend, 1.0)
        unit[unit == 0] = 1.0  # never of a row that multiplies
        changes = (adjusted - trend) / unit
        indices, strengths[:, number] = _indices(changes, season, multiplies)
        shown = indices[:, (np.arange(length + horizon) - length) % season]
        irregular = (changes - shown[:, :length]) * unit
        if multiplies.any():
            added += np.where(multiplies[:, None], 0.0, shown)
            factors *= np.where(multiplies[:, None], 1 + shown, 1.0)
        else:
            added += shown
        adjusted = (values - added[:, :length]) / factors[:, :length]
    return SeasonalProfile(added, factors, multiplies, irregular, strengths)


def _multiply(values: Array, trend: Array, season: int) -> NDArray[np.bool_]:
    """Which rows' phases are nearer to multiples of the trend than to sums with it."""
    positive: NDArray[np.bool_] = (values.min(axis=1) > 0) & (trend.min(axis=1) > 0)
    if not positive.any():
        return positive
    added, multiplied = values - trend, values / np.where(positive[:, None], trend, 1.0) - 1
    left = _cycles(added, season)
    left = left - left.mean(axis=1, keepdims=True)
    multiples = _cycles(multiplied, season)
    phases = multiples.mean(axis=1, keepdims=True)
    left_of_multiples = (multiples - phases) * _cycles(trend, season)
    errors, errors_of_multiples = (left**2).sum(axis=(1, 2)), (left_of_multiples**2).sum(axis=(1, 2))
    nearer: NDArray[np.bool_] = (errors_of_multiples <= errors) & (phases.min(axis=(1, 2)) > LEAST_FACTOR - 1)
    return positive & nearer


def _indices(changes: Array, season: int, multiplies: NDArray[np.bool_]) -> tuple[Array, Array]:
    """What each phase shows, shape (rows, season), the next value first; and how much of it was left, shape (rows)."""
    cycles = _cycles(changes, season)
    count = cycles.shape[1]
    indices = cycles.mean(axis=1)
    chance = ((cycles - indices[:, None]) ** 2).sum(axis=(1, 2)) / ((count - 1) * season * count)
    indices = indices - indices.mean(axis=1, keepdims=True)
    shown = (indices**2).mean(axis=1)
    strength = np.clip(1 - chance / np.where(shown > 0, shown, 1.0), 0, 1) * (shown > 0)
    indices = indices * strength[:, None]
    return np.where(multiplies[:, None], np.maximum(indices, LEAST_FACTOR - 1), indices), strength


def _cycles(values: Array, season: int) -> Array:
    """The newest whole cycles, shape (rows, cycles, season)."""
    rows, length = values.shape
    count = length // season
    return values[:, length - count * season :].reshape(rows, count, season)
