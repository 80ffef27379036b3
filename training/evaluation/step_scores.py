"""Scores of forecasts at each step of the horizon."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.spec.metrics import StepScores
from training.data.held_out import HeldOut

Array = NDArray[np.float64]


def step_scores(forecasts: Array, actuals: Array, series: NDArray[np.integer], scales: Array) -> StepScores:
    """Score forecasts of shape (origins, horizon, targets), in raw units.

    `series` has the index of each origin's series, shape (origins); `scales` is what `mase_scales` gives, shape
    (series, targets). MASE is the mean over series and targets of the MASE of each; those whose scale is 0 are left
    out, and it is None where none is left. The other scores are means over origins and targets.

    The formulas are those of Hyndman and Koehler 2006, doi:10.1016/j.ijforecast.2006.03.001, sMAPE that of
    Makridakis 1993, doi:10.1016/0169-2070(93)90079-3, where 0 forecast as 0 is no error.
    """
    errors = np.abs(forecasts - actuals)
    sizes = np.abs(forecasts) + np.abs(actuals)
    return StepScores(
        mae=_per_step(errors.mean(axis=(0, 2))),
        rmse=_per_step(np.sqrt(np.mean(errors**2, axis=(0, 2)))),
        mase=_mase(errors, series, scales),
        smape=_per_step(200 * np.mean(errors / np.where(sizes > 0, sizes, 1), axis=(0, 2))),
    )


def mase_scales(held_out: Sequence[HeldOut], season: int, columns: Sequence[int]) -> Array:
    """The mean absolute change over one season of each series' columns before its part, shape (series, columns).

    0 where a series never changed, or has no season before its part.
    """
    scales = np.zeros((len(held_out), len(columns)))
    for index, each in enumerate(held_out):
        before = each.values[: each.part.start, list(columns)]
        if len(before) > season:
            scales[index] = np.abs(before[season:] - before[:-season]).mean(axis=0)
    return scales


def _mase(errors: Array, series: NDArray[np.integer], scales: Array) -> tuple[float, ...] | None:
    counts = np.bincount(series, minlength=len(scales))
    known = (scales > 0) & (counts > 0)[:, None]
    if not known.any():
        return None
    sums = np.zeros((len(scales), *errors.shape[1:]))
    np.add.at(sums, series, errors)
    scaled = sums.transpose(0, 2, 1)[known] / (scales * counts[:, None])[known][:, None]
    return _per_step(scaled.mean(axis=0))


def _per_step(values: Array) -> tuple[float, ...]:
    return tuple(values.tolist())
