"""The weights of what is known of each step, corrected by the errors of forecasts over the whole horizon.

Fitted to next values alone they may do harm further ahead: the newest lags tell most of what a covariate does, so that
its weight is whatever is left to say at one step; and where each context has a scale of its own, a covariate is encoded
by the window before each row, but in a forecast by the one before all of them. So the model forecasts from origins in
the rows that it was fitted to, and the change of the weights that leaves the least squared error over all steps is
added; those of the lags stay. Chevillon 2006, doi:10.2139/ssrn.914618, surveys fits over several steps.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from models.blending.autoregression import Autoregression
from models.spec.model_spec import ModelSpec
from training.baselines.known_inputs import known_inputs
from training.data.held_out import History

Array = NDArray[np.float64]

MAX_ORIGINS = 1_000  # about
PHASES = 2 * 3 * 5 * 7 * 13  # a stride without these divisors visits all phases of the usual seasons alike
MAX_CHUNK_VALUES = 1 << 22


def corrected_over_horizon(
    model: Autoregression, spec: ModelSpec, histories: Sequence[History], column: int, horizon: int, ridge: float
) -> Autoregression:
    """A model of a column with weights of what is known that suit forecasts of `horizon` steps.

    The ridge is a share of each channel's mean square: it keeps the change small. The model comes back as it is where
    no history holds a horizon after its lags, or its forecasts grow without bounds.
    """
    channels = len(model.covariates)
    gram, moment = np.zeros((channels, channels)), np.zeros(channels)
    with np.errstate(over="ignore", invalid="ignore"):
        for history, rows in _origins(model, histories, horizon):
            values = history.values[:, column]
            past = sliding_window_view(values, model.lags)[rows - model.lags]
            known = known_inputs(spec, history, rows, horizon)
            scale = model.scale_of(past - model.shift)
            scaled = scale[:, 0] > 0
            errors = sliding_window_view(values, horizon)[rows] - model.forecast(past, horizon, known)
            # What each channel alone, with a weight of 1, adds to each step.
            each = known[scaled].transpose(0, 2, 1).reshape(-1, horizon)
            added = model.effects(each).reshape(-1, channels, horizon).transpose(0, 2, 1).reshape(-1, channels)
            gram += added.T @ added
            moment += added.T @ (errors[scaled] / scale[scaled]).ravel()
    if not (gram.any() and np.isfinite(gram).all() and np.isfinite(moment).all()):
        return model
    squares = gram.diagonal()
    change = np.linalg.solve(gram + np.diag(np.where(squares > 0, ridge * squares, 1)), moment)
    return replace(model, covariates=model.covariates + change)


def _origins(
    model: Autoregression, histories: Sequence[History], horizon: int
) -> Iterator[tuple[History, NDArray[np.int64]]]:
    """The first rows of forecasts in each history, evenly spaced, in chunks that fit in memory."""
    ends = [len(each.values) - horizon + 1 for each in histories]
    stride = max(1, sum(max(0, end - model.lags) for end in ends) // MAX_ORIGINS)
    while math.gcd(stride, PHASES) > 1:
        stride += 1
    size = max(1, MAX_CHUNK_VALUES // (len(model.covariates) * (model.lags + horizon)))
    for history, end in zip(histories, ends, strict=True):
        rows = np.arange(model.lags, end, stride)
        for start in range(0, len(rows), size):
            yield history, rows[start : start + size]
