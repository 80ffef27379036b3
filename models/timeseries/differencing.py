"""Seasonal differences: each value's change from the value one season before, and back."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def to_differences(values: Array, season: int) -> tuple[Array, Array]:
    """Each value's change from `season` steps before, and the last season, on which later changes stand.

    `values` has shape (rows, time, features), the changes (rows, time - season, features), and the last season
    (rows, season, features). A change too large for a float becomes infinite; callers check.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        return values[:, season:] - values[:, :-season], values[:, -season:]


def undo_differences(changes: Array, before: Array) -> Array:
    """The values that changes of shape (rows, horizon, features) lead to from the season before them."""
    season, values = before.shape[1], changes.copy()
    with np.errstate(over="ignore", invalid="ignore"):
        for first in range(0, values.shape[1], season):
            block = values[:, first : first + season]
            block += before[:, : block.shape[1]]
            before = block
    return values
