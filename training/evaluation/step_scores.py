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
        mae=_per_step(known_mean(errors, (0, 2))),
        rmse=_per_step(np.sqrt(known_mean(errors**2, (0, 2)))),
        mase=_mase(errors, series, scales),
        smape=_per_step(200 * known_mean(errors / np.where(sizes > 0, sizes, 1), (0, 2))),
    )


def known_mean(values: Array, axes: tuple[int, ...]) -> Array:
    """The mean over some axes of the values that are known, those that are not NaN; 0 where none is."""
    known = ~np.isnan(values)
    if known.all():
        return np.asarray(values.mean(axis=axes))
    return np.asarray(np.where(known, values, 0).sum(axis=axes) / known.sum(axis=axes).clip(min=1))


def mase_scales(held_out: Sequence[HeldOut], season: int, columns: Sequence[int]) -> Array:
    """The mean absolute change over one season of each series' columns before its part, shape (series, columns).

    0 where a series never changed, or has no season before its part.
    """
    scales = np.zeros((len(held_out), len(columns)))
    for index, each in enumerate(held_out):
        before = each.values[: each.part.start, list(columns)]
        if len(before) > season:
            scales[index] = known_mean(np.abs(before[season:] - before[:-season]), (0,))
    return scales


def _mase(errors: Array, series: NDArray[np.integer], scales: Array) -> tuple[float, ...] | None:
    counts = np.bincount(series, minlength=len(scales))
    known = (scales > 0) & (counts > 0)[:, None]
    if not known.any():
        return None
    sums, measured = (np.zeros((len(scales), *errors.shape[1:])) for _ in range(2))
    np.add.at(sums, series, np.nan_to_num(errors))
    np.add.at(measured, series, ~np.isnan(errors))
    means = np.where(measured > 0, sums / measured.clip(min=1), np.nan).transpose(0, 2, 1)
    return _per_step(known_mean(means[known] / scales[known][:, None], (0,)))


def _per_step(values: Array) -> tuple[float, ...]:
    return tuple(values.tolist())
