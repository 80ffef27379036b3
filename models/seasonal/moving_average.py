"""The trend of windows: a centred moving average over one season, which goes on straight at both ends."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def centred_average(values: Array, season: int) -> Array:
    """The mean over a season around each value, shape (rows, length) as `values`; there must be a whole season.

    An even season has half of the values at both its ends, as in classical decomposition (Hyndman and Athanasopoulos
    2021, Forecasting: principles and practice, 3.4). The half season at either end, where there is no such mean, has
    the line that the nearest means of one season lie on.
    """
    rows, length = values.shape
    sums = np.zeros((rows, length + 1))
    np.cumsum(values, axis=1, out=sums[:, 1:])
    means = (sums[:, season:] - sums[:, :-season]) / season
    if season % 2 == 0 and means.shape[1] > 1:
        means = (means[:, 1:] + means[:, :-1]) / 2
    first, known = season // 2, means.shape[1]
    last = length - first - known
    span = min(known - 1, season)
    average = np.empty((rows, length))
    average[:, first : first + known] = means
    begins, ends = means[:, :1], means[:, -1:]
    rises = (means[:, [span]] - begins) / max(span, 1), (ends - means[:, [-1 - span]]) / max(span, 1)
    average[:, :first] = begins + rises[0] * np.arange(-first, 0)
    average[:, first + known :] = ends + rises[1] * np.arange(1, last + 1)
    return average
