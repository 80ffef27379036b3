"""Intervals of a pretrained model, from the rows that its collection held back."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.inference.forecaster import Forecaster
from models.intervals.conformal import Intervals
from training.collection.packaged import HeldBackSeries
from training.completion.conformal import MAX_ERRORS
from training.data.held_out import HeldOut
from training.evaluation.origins import Origins, evenly_spaced_indexes
from training.evaluation.rolling_forecasts import rolling_forecasts

Array = NDArray[np.float64]

# Wars and new currencies in series of whole countries make intervals of a high level wider than others need.
UNLIKE = ("global-economy",)


def calibrated_intervals(forecaster: Forecaster, series: Sequence[HeldBackSeries]) -> Intervals:
    """Conformal intervals for each of the network's outputs, from one forecast of each series.

    The forecasts begin right after the rows that were learned from, and go as far as a series' rows do. Of the sources
    that are UNLIKE others none is taken where there are others.
    """
    outputs = forecaster.spec.outputs
    known = [each for each in series if each.source not in UNLIKE] or series
    chosen = [known[index] for index in evenly_spaced_indexes(len(known), MAX_ERRORS)]
    held_out = [
        HeldOut(
            np.concatenate([each.values, np.full(outputs, np.nan)])[:, None],
            range(each.learned, each.learned + outputs),
            seasons=each.seasons,
        )
        for each in chosen
    ]
    rows = np.array([each.learned for each in chosen])
    forecasts = rolling_forecasts(forecaster, held_out, Origins(np.arange(len(chosen)), rows), outputs)
    errors = forecasts.scale.relative(forecasts.errors)[..., 0]
    return Intervals(continued(errors).T[:, None], joint=True)


def continued(errors: Array) -> Array:
    """Errors of shape (forecasts, steps) in place of whose unknown last steps stand those of a like forecast.

    A like one is known the longest, as a rule to its end, and was about as wrong at the last step that is known of
    both. Steps that are known of none have the last error before them: errors are in units of quantiles, which grow by
    themselves.
    """
    errors, ends = errors.copy(), np.isfinite(errors).cumprod(axis=1).sum(axis=1)
    longest = errors[ends == ends.max()]
    longest[:, ends.max() :] = longest[:, [ends.max() - 1]]
    for each, known in zip(errors, ends.tolist(), strict=True):
        last = max(0, known - 1)
        like = longest[np.argmin(np.abs(longest[:, last] - each[last]))] if known else longest[0]
        each[known:] = like[known:]
    return errors
