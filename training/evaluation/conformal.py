"""Calibrating prediction intervals on rows that nothing was learned from, and measuring what they then cover."""

from collections.abc import Sequence

from models.errors import InvalidRequest
from models.inference.conformal import Intervals
from models.inference.forecaster import Forecaster
from training.data.held_out import HeldOut
from training.evaluation.origins import find_origins
from training.evaluation.rolling_forecasts import RollingForecasts, rolling_forecasts

LEVELS = (50, 80, 90, 95)  # in percent, whose coverage a card tells
MAX_ERRORS = 1_000  # of each step, evenly spread: more would hardly move a half-width, and every service holds them


def calibrate(forecaster: Forecaster, held_out: Sequence[HeldOut], horizon: int) -> Intervals | None:
    """Split conformal intervals for each step: the errors on calibration parts, in units of each forecast's scale.

    None where no part holds a context's forecast over the whole horizon. Raises as `roll`. The method is told in
    models/inference/conformal.py.
    """
    origins = find_origins(held_out, forecaster.spec.context_length, horizon).thinned(MAX_ERRORS)
    if not len(origins):
        return None
    rolled = rolling_forecasts(forecaster, held_out, origins, horizon)
    errors = (rolled.actuals - rolled.predictions) / rolled.scales
    return Intervals(errors.transpose(1, 2, 0))


def coverage(intervals: Intervals, rolled: RollingForecasts) -> dict[str, tuple[float, ...]]:
    """The share of values within their interval at each calibrated step, of 0 to 1, for each level.

    The mean over origins and targets. A level that too few errors are known for is left out.
    """
    horizon = min(intervals.steps, rolled.actuals.shape[1])
    errors = (rolled.actuals - rolled.predictions)[:, :horizon]
    covered = {}
    for level in LEVELS:
        try:
            bounds = intervals.error_bounds(level, horizon).scaled(rolled.scales)
        except InvalidRequest:
            continue
        covered[str(level)] = tuple(bounds.contain(errors).mean(axis=(0, 2)).tolist())
    return covered
