"""What the errors of a forecast are measured in: intervals are as wide as a model's errors in these units were.

Where errors are large at some hours or in some series, an interval of one width for all is too wide elsewhere. Where a
series has grown, its errors have as well. So the units can come from each window (locally weighted conformal
prediction: Lei et al. 2018, 5.2, doi:10.1080/01621459.2017.1307116), or from two quantiles that the network gives at
each step (conformalized quantile regression: Romano et al. 2019, arXiv:1905.03222; in the form that scales: Sesia and
Candes 2020, arXiv:1909.05433).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.intervals.conformal import Bounds
from models.spec.model_spec import ModelSpec
from models.timeseries.scaling import Scale

Array = NDArray[np.float64]

# The least mean change over a season, standard deviation, and distance of a quantile, in the network's units: a window
# that never changes has an interval as well.
MIN_CHANGE = 1e-3


class ErrorScale(NamedTuple):
    """What negative and positive errors (value - forecast) are divided by, in raw units.

    Both broadcast against (rows, horizon, targets).
    """

    below: Array
    above: Array

    def relative(self, errors: Array) -> Array:
        """Errors in raw units, shape (rows, horizon, targets), in these units."""
        return np.where(errors < 0, errors / self.below, errors / self.above)

    def absolute(self, errors: NDArray[np.floating]) -> Array:
        """Errors in these units, which broadcast against (rows, horizon, targets), in raw units."""
        with np.errstate(over="ignore"):
            return np.where(errors < 0, errors * self.below, errors * self.above)

    def bounds(self, bounds: Bounds) -> Bounds:
        """The bounds of errors in raw units; those that pass all floats become infinite, and callers check."""
        return Bounds(self.absolute(bounds.lower), self.absolute(bounds.upper))

    def of_rows(self, rows: slice) -> "ErrorScale":
        """That of some rows; what is alike for all rows has one."""
        return ErrorScale(*(each[rows] if len(each) > 1 else each for each in self))


def error_scale(
    spec: ModelSpec, scale: Scale, contexts: NDArray[np.float32], predictions: NDArray[np.float32]
) -> ErrorScale:
    """The units of the errors of some forecasts.

    `scale` is that of the targets, `contexts`, shape (rows, input_length, features), and `predictions`, shape (rows,
    horizon, spec.output_columns), are in the network's units. By `scale` they are what the values are scaled by; with
    `interval_season`, times the mean absolute change over one season, over the network's window. By `window` they are
    the standard deviation of the network's window. By `quantiles` they are the distances of each value's quantiles from
    it.
    """
    targets = list(spec.target_columns)
    raw = scale.scale if scale.scale.ndim == 3 else scale.scale[None, None]
    if spec.interval_scale == "quantiles":
        values, lower, upper = np.split(np.asarray(predictions, np.float64), 3, axis=-1)
        with np.errstate(over="ignore"):  # bounds that are not finite are refused
            return ErrorScale(*(raw * np.maximum(each, MIN_CHANGE) for each in (values - lower, upper - values)))
    if spec.interval_scale == "window":
        with np.errstate(over="ignore"):  # bounds that are not finite are refused
            deviations = contexts[:, -spec.window :, targets].std(axis=1, keepdims=True, dtype=np.float64)
        raw = raw * np.maximum(deviations, MIN_CHANGE)
    elif spec.interval_season is not None:
        season = spec.interval_season
        latest = contexts[:, -min(spec.window + season, spec.input_length) :, targets]
        with np.errstate(over="ignore"):  # bounds that are not finite are refused
            changes = np.abs(latest[:, season:] - latest[:, :-season]).mean(axis=1, keepdims=True, dtype=np.float64)
        raw = raw * np.maximum(changes, MIN_CHANGE)
    return ErrorScale(raw, raw)
