"""Calibrating prediction intervals on rows that nothing was learned from."""

from collections.abc import Sequence

from models.inference.forecaster import Forecaster
from models.intervals.conformal import Intervals
from training.data.held_out import HeldOut
from training.evaluation.origins import find_origins
from training.evaluation.rolling_forecasts import rolling_forecasts

# Of each step, evenly spaced: more would hardly change a half-width, and every service holds them in memory.
MAX_ERRORS = 1_000


def calibrate(forecaster: Forecaster, held_out: Sequence[HeldOut], horizon: int) -> Intervals | None:
    """Split conformal intervals for each step: the errors on calibration parts, in units of each forecast's scale.

    None where no part holds a context's forecast over the whole horizon. Raises what `rolling_forecasts` raises.
    models/intervals/conformal.py describes the method.
    """
    origins = find_origins(held_out, forecaster.spec.least_context, horizon).evenly_spaced(MAX_ERRORS)
    if not len(origins):
        return None
    forecasts = rolling_forecasts(forecaster, held_out, origins, horizon)
    return Intervals((forecasts.errors / forecasts.scales).transpose(1, 2, 0), joint=True)
