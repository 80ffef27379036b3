"""Missing values, which are NaN: what stands in for them."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def fill_forward(values: Array) -> Array:
    """Values of shape (…, time, columns) with the last known value in place of each NaN.

    Those before a column's first known value have that one; a column without any stays as it is. What has no NaN comes
    back itself.
    """
    missing = np.isnan(values)
    if not missing.any():
        return values
    steps = np.arange(values.shape[-2])[:, None]
    last = np.maximum.accumulate(np.where(missing, -1, steps), axis=-2)
    first = np.argmin(missing, axis=-2)[..., None, :]  # 0 where none is known
    return np.take_along_axis(values, np.where(last < 0, first, last), axis=-2)
