"""Seasonal differences: each value's change from the value one season before, and back."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def to_differences(values: Array, season: int) -> tuple[Array, Array]:
    """Changes of values of shape (rows, time, features), shape (rows, time - season, features); and the last season.

    The last `season` values are what changes still to come stand on.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        return values[:, season:] - values[:, :-season], values[:, -season:]


def summed(changes: Array, before: Array) -> Array:
    """The values that changes of shape (rows, horizon, targets) lead to, from the season before them."""
    season, values = before.shape[1], changes.copy()
    for first in range(0, values.shape[1], season):
        block = values[:, first : first + season]
        block += before[:, : block.shape[1]]
        before = block
    return values
