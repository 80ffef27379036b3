"""Fitting a linear autoregression by least squares: the baseline that is hardest to beat."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from models.blending.autoregression import Autoregression
from models.spec.model_spec import ModelSpec
from training.baselines.known_inputs import known_of_rows
from training.baselines.known_weights import corrected_over_horizon
from training.data.held_out import History

Array = NDArray[np.float64]

MAX_CHUNK_ROWS = 4096  # of the design matrix, which is never in memory as a whole
# Of the mean square of the scaled lags: lags that are alike share their weight, all others keep theirs.
RIDGE = 1e-12
# Of the mean square of each channel of what is known: one that is a sum of others shares their weights.
KNOWN_RIDGE = 1e-6
# What is known counts as if it had said nothing over so many horizons of further rows: where rows are few, channels
# that happen to go with them, such as a year's cycle with a trend, lead far astray.
PRIOR_HORIZONS = 10
MIN_ROWS_PER_WEIGHT = 2  # to fit on


def max_lags(rows: Sequence[int], wanted: int, channels: int = 0) -> int:
    """The most lags, up to `wanted`, that series with these numbers of rows can be fitted with; 0 where none can.

    `channels` of what is known of each row have weights as well.
    """
    lengths = np.array(rows)
    for lags in range(wanted, 0, -1):
        if np.maximum(lengths - lags, 0).sum() >= MIN_ROWS_PER_WEIGHT * (lags + 1 + channels):
            return lags
    return 0


def fit_autoregression(
    series: Sequence[Array],
    lags: int,
    *,
    by_context: bool,
    known: Sequence[NDArray[np.floating]] | None = None,
    known_ridge: float = KNOWN_RIDGE,
) -> Autoregression:
    """Fit one model on columns of shape (rows), pooled, by the normal equations.

    `known` has what is known of each row, shape (rows, channels), a channel of which may never change or be a sum of
    others; `known_ridge` is a share of each channel's mean square.

    `by_context` scales each window by itself, so that series of any level can share a model. Windows of zeros have
    no scale and are left out. So is the intercept, which positive lags don't need: scaled, they all add up to the
    same number.
    """
    intercept = 0.0 if by_context else 1.0
    pooled = np.concatenate(series)
    shift, spread = (0.0, None) if by_context else (float(pooled.mean()), float(pooled.std()))
    unfitted = Autoregression(np.zeros(lags), 0.0, shift, spread)
    known = [np.empty((len(values), 0)) for values in series] if known is None else known
    size = lags + 1 + known[0].shape[1]
    gram, moment, count = np.zeros((size, size)), np.zeros(size), 0
    for windows, inputs, targets in _lagged_windows(series, known, lags):
        shifted = windows - shift
        scale = unfitted.scale_of(shifted)
        scaled = scale[:, 0] > 0
        design = np.column_stack([shifted[scaled] / scale[scaled], np.full(scaled.sum(), intercept), inputs[scaled]])
        gram += design.T @ design
        moment += design.T @ ((targets[scaled] - shift) / scale[scaled, 0])
        count += len(design)
    ridge = np.full(size, RIDGE * max(count, 1))
    ridge[lags + 1 :] += known_ridge * gram.diagonal()[lags + 1 :]
    weights = np.asarray(np.linalg.solve(gram + np.diag(ridge), moment), np.float64)
    return replace(unfitted, weights=weights[:lags], intercept=float(weights[lags]), covariates=weights[lags + 1 :])


def fit_linear(spec: ModelSpec, histories: Sequence[History], lags: int, horizon: int) -> list[Autoregression]:
    """The autoregression of each target, which sees of a step's target what the network sees of it.

    That is its calendar, holidays, future and static covariates. Past covariates and masks tell of the window alone, so
    it sees nothing of them. The weights of what is known suit forecasts of `horizon` steps, those of the lags the next
    value.
    """
    used = [each for each in histories if len(each.values) > lags]
    known = [known_of_rows(spec, each) for each in used]
    by_context = spec.scaler.kind == "context"
    ridge = KNOWN_RIDGE + PRIOR_HORIZONS * horizon / max(1, sum(len(each.values) - lags for each in used))
    models = []
    for column in spec.target_columns:
        values = [each.values[:, column] for each in used]
        model = fit_autoregression(values, lags, by_context=by_context, known=known, known_ridge=ridge)
        if spec.known_of_target:
            model = corrected_over_horizon(model, spec, used, column, horizon, ridge)
        models.append(model)
    return models


def _lagged_windows(
    series: Sequence[Array], known: Sequence[NDArray[np.floating]], lags: int
) -> Iterator[tuple[Array, NDArray[np.floating], Array]]:
    """Windows of shape (rows, lags), what is known of the values right after them, and these, in chunks."""
    for values, inputs in zip(series, known, strict=True):
        for first in range(0, len(values) - lags, MAX_CHUNK_ROWS):
            stop = min(first + MAX_CHUNK_ROWS, len(values) - lags)
            after = slice(first + lags, stop + lags)
            yield sliding_window_view(values[first : stop + lags - 1], lags), inputs[after], values[after]
