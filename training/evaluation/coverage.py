"""What prediction intervals cover of the values that came."""

from models.errors import InvalidRequest
from models.inference.conformal import Intervals
from training.evaluation.rolling_forecasts import RollingForecasts

LEVELS = (50, 80, 90, 95)  # in percent, whose coverage is measured


def coverage(intervals: Intervals, forecasts: RollingForecasts) -> dict[str, tuple[float, ...]]:
    """The share of values within their interval at each calibrated step, from 0 to 1, for each level.

    It is the mean over origins and targets. A level for which there are too few errors is left out.
    """
    errors = forecasts.errors[:, : intervals.steps]
    covered = {}
    for level in LEVELS:
        try:
            bounds = intervals.error_bounds(level, errors.shape[1]).scaled(forecasts.scales)
        except InvalidRequest:
            continue
        covered[str(level)] = tuple(bounds.contain(errors).mean(axis=(0, 2)).tolist())
    return covered
