"""Calibrating prediction intervals on rows that nothing was learned from."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.inference.forecaster import Forecaster
from models.intervals.conformal import Intervals
from training.data.held_out import HeldOut
from training.evaluation.origins import find_origins
from training.evaluation.rolling_forecasts import rolling_forecasts

Array = NDArray[np.float64]

# Of each step, evenly spaced: more would hardly change a half-width, and every service holds them in memory.
MAX_ERRORS = 1_000


class Unseen(NamedTuple):
    """Rows to be forecast, and the forecaster to do it, which was not fitted to them."""

    held_out: HeldOut
    forecaster: Forecaster


def calibrate(forecaster: Forecaster, held_out: Sequence[HeldOut], horizon: int) -> Intervals | None:
    """Split conformal intervals for each step: the errors on calibration parts, in units of each forecast's scale.

    None where no part holds a context's forecast over the whole horizon, or all values of a step are missing. Raises
    what `rolling_forecasts` raises.
    models/intervals/conformal.py describes the method.
    """
    return calibrate_on([Unseen(each, forecaster) for each in held_out], horizon)


def calibrate_on(unseen: Sequence[Unseen], horizon: int) -> Intervals | None:
    """The same from rows that each have a forecaster of their own; all forecasters have one spec, but for its members.

    The errors are in the order of the rows.
    """
    if not unseen:
        return None
    held_out = [each.held_out for each in unseen]
    spec = unseen[0].forecaster.spec
    origins = find_origins(held_out, spec.least_context, horizon).evenly_spaced(MAX_ERRORS)
    if not len(origins):
        return None
    errors = np.empty((horizon, len(spec.targets), len(origins)))
    for forecaster in {id(each.forecaster): each.forecaster for each in unseen}.values():
        own = np.flatnonzero([unseen[series].forecaster is forecaster for series in origins.series])
        if len(own):
            forecasts = rolling_forecasts(forecaster, held_out, origins[own], horizon)
            errors[..., own] = forecasts.scale.relative(forecasts.errors).transpose(1, 2, 0)
    if np.isnan(errors).all(axis=-1).any():
        return None
    return Intervals(_without_unknown(errors), joint=True)


def _without_unknown(errors: Array) -> Array:
    """Errors of shape (steps, targets, count), in place of those that are not known some of the step's others."""
    for step in errors.reshape(-1, errors.shape[-1]):
        unknown = np.isnan(step)
        known = np.sort(step[~unknown])
        step[unknown] = known[np.arange(unknown.sum()) * len(known) // max(1, unknown.sum())]
    return errors
