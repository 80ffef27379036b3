"""Fitting a linear autoregression by least squares: the baseline that is hardest to beat."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from models.inference.autoregression import Autoregression
from models.spec.model_spec import ModelSpec

Array = NDArray[np.float64]

MAX_CHUNK_ROWS = 4096  # of the design matrix, which is never in memory as a whole
# Of the mean square of the scaled lags: lags that are alike share their weight, all others keep theirs.
RIDGE = 1e-12
MIN_ROWS_PER_WEIGHT = 2  # to fit on


def max_lags(rows: Sequence[int], wanted: int) -> int:
    """The most lags, up to `wanted`, that series with these numbers of rows can be fitted with; 0 where none can."""
    lengths = np.array(rows)
    for lags in range(wanted, 0, -1):
        if np.maximum(lengths - lags, 0).sum() >= MIN_ROWS_PER_WEIGHT * (lags + 1):
            return lags
    return 0


def fit_autoregression(series: Sequence[Array], lags: int, *, by_context: bool) -> Autoregression:
    """Fit one model on columns of shape (rows), pooled, by the normal equations.

    `by_context` scales each window by itself, so that series of any level can share a model. Windows of zeros have
    no scale and are left out. So is the intercept, which positive lags don't need: scaled, they all add up to the
    same number.
    """
    intercept = 0.0 if by_context else 1.0
    pooled = np.concatenate(series)
    shift, spread = (0.0, None) if by_context else (float(pooled.mean()), float(pooled.std()))
    unfitted = Autoregression(np.zeros(lags), 0.0, shift, spread)
    gram, moment, count = np.zeros((lags + 1, lags + 1)), np.zeros(lags + 1), 0
    for windows, targets in _lagged_windows(series, lags):
        shifted = windows - shift
        scale = unfitted.scale_of(shifted)
        known = scale[:, 0] > 0
        design = np.column_stack([shifted[known] / scale[known], np.full(known.sum(), intercept)])
        gram += design.T @ design
        moment += design.T @ ((targets[known] - shift) / scale[known, 0])
        count += len(design)
    weights = np.asarray(np.linalg.solve(gram + RIDGE * max(count, 1) * np.eye(lags + 1), moment), np.float64)
    return replace(unfitted, weights=weights[:-1], intercept=float(weights[-1]))


def fit_linear(spec: ModelSpec, known: Sequence[Array], lags: int) -> list[Autoregression]:
    """The autoregression of each target, fitted to rows of shape (rows, features)."""
    by_context = spec.scaler.kind == "context"
    return [
        fit_autoregression([rows[:, column] for rows in known if len(rows) > lags], lags, by_context=by_context)
        for column in spec.target_columns
    ]


def _lagged_windows(series: Sequence[Array], lags: int) -> Iterator[tuple[Array, Array]]:
    """Windows of shape (rows, lags) and the values right after them, shape (rows), in chunks."""
    for values in series:
        for first in range(0, len(values) - lags, MAX_CHUNK_ROWS):
            stop = min(first + MAX_CHUNK_ROWS, len(values) - lags)
            yield sliding_window_view(values[first : stop + lags - 1], lags), values[first + lags : stop + lags]
