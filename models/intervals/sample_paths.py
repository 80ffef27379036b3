"""Sample paths: forecasts of whole horizons, drawn, so that sums, maxima and days of them are right together.

Each path is the forecast plus the errors that one calibration forecast had over its whole horizon, so that the errors
of neighbouring steps belong together: a bootstrap of residuals in whole blocks (Hyndman and Athanasopoulos,
Forecasting: Principles and Practice, 5.5: https://otexts.com/fpp3/prediction-intervals.html).
"""

import numpy as np
from numpy.typing import NDArray

from models.errors import InvalidRequest
from models.intervals.conformal import Intervals
from models.intervals.error_scale import ErrorScale

Array = NDArray[np.float64]


def check_paths(intervals: Intervals | None, horizon: int, title: str) -> None:
    """Raise InvalidRequest where no paths of so many steps can be drawn; `title` is how it names the model."""
    if intervals is None:
        raise InvalidRequest(f"{title} has no calibrated intervals, so no errors to draw from: leave paths out")
    if intervals.joint_errors is None:
        raise InvalidRequest(
            f"{title} was published by an earlier release, which kept no errors to draw paths from: leave paths out, "
            "or train it again"
        )
    if horizon > intervals.steps:
        raise InvalidRequest(
            f"errors are known up to step {intervals.steps}, not {horizon}: ask for a shorter horizon, or leave paths "
            "out"
        )


def sample_paths(intervals: Intervals, forecasts: Array, scale: ErrorScale, count: int, seed: int) -> Array:
    """Paths around forecasts of shape (rows, horizon, targets), in raw units: shape (rows, count, horizon, targets).

    `scale` has the units of each forecast's errors. A row's paths depend on the seed and on
    its index alone. `check_paths` says what must hold.
    """
    assert intervals.joint_errors is not None  # noqa: S101 (checked before)
    horizon = forecasts.shape[1]
    errors = np.moveaxis(intervals.joint_errors[:horizon], -1, 0)
    paths = np.empty((len(forecasts), count, *forecasts.shape[1:]))
    for row, forecast in enumerate(forecasts):
        chosen = np.random.default_rng((seed, row)).integers(intervals.count, size=count)
        paths[row] = forecast + scale.of_rows(slice(row, row + 1)).absolute(errors[chosen])
    return paths
