"""Missing values of a window, from the values around them and the seasons that these show."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.seasonal.seasonal_profile import seasonal_profile

Array = NDArray[np.float64]


def filled(values: Array, seasons: Sequence[int]) -> Array:
    """A window of shape (length) without gaps: lines between its seasonally adjusted values, with their seasons.

    A missing value is NaN, and one at least is not. Before the first known value and after the last one, the adjusted
    values stay as they are there. Where no value is negative, none that is filled in is. `seasons` are such as
    `seasonal_profile` takes.
    """
    missing = np.isnan(values)
    if not missing.any():
        return values
    between = _lines(values, missing)
    if not seasons:
        return between
    size = np.abs(between).max() or 1.0
    profile = seasonal_profile(between[None] / size, seasons, 0)
    added, factors = profile.added[0] * size, profile.factors[0]
    filling = added + factors * _lines((values - added) / factors, missing)
    return np.where(missing, np.maximum(filling, 0) if between.min() >= 0 else filling, values)


def _lines(values: Array, missing: NDArray[np.bool_]) -> Array:
    places = np.arange(len(values))
    return np.interp(places, places[~missing], values[~missing])
