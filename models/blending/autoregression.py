"""A linear autoregression that was fitted, with what is known of each step or without, and its rollout.

Of one series it is the AR model of Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 9.3:
https://otexts.com/fpp3/AR.html. Of many it is the pooled one of Montero-Manso and Hyndman 2021,
doi:10.1016/j.ijforecast.2021.03.004, who found it hard to beat.
"""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

BLOCK_STEPS = 64  # forecast by one product


@dataclass(frozen=True, eq=False)
class Autoregression:
    """The next value of a column as a weighted sum of its newest ones, what is known of it, and an intercept.

    `weights` has shape (lags), oldest first. They are for (value - shift) / spread, where a spread of None stands for
    the mean absolute value of the lags themselves: on the monthly series of M3 this gives a MASE of 1.00, their mean
    and standard deviation one of 1.36. `covariates`, shape (channels), are the weights of what is known of the value's
    own step, in the same units; without channels it is a plain autoregression.
    """

    weights: Array
    intercept: float
    shift: float
    spread: float | None
    covariates: Array = field(default_factory=lambda: np.empty(0))

    @property
    def lags(self) -> int:
        """How many past values a forecast needs."""
        return len(self.weights)

    def scale_of(self, shifted: Array) -> Array:
        """What each of some windows, less the shift, is divided by: shape (windows, 1); 0 where it has no scale."""
        if self.spread is None:
            return np.asarray(np.abs(shifted).mean(axis=1, keepdims=True))
        return np.full((len(shifted), 1), self.spread)

    def forecast(self, past: Array, horizon: int, known: NDArray[np.floating] | None = None) -> Array:
        """Roll out from past values of shape (origins, lags): shape (origins, horizon), in raw units.

        `known`, shape (origins, horizon, channels), is what is known of each step; a plain autoregression takes none.
        Each forecast is fed back. Those of an unstable model may grow without bounds and be infinite. Windows without
        a scale have a flat forecast. Raises ValueError where what is known is missing.
        """
        shifted = past - self.shift
        scale = self.scale_of(shifted)
        _, constants = self._block
        with np.errstate(over="ignore", invalid="ignore"):
            ahead = self._rolled_out(shifted / np.where(scale > 0, scale, 1), horizon, constants, self._driving(known))
            return ahead * scale + self.shift

    def effects(self, added: NDArray[np.floating]) -> Array:
        """What adding so much to each step, shape (rows, horizon), in scaled units, adds to it and to all after it.

        The answer has the same shape.
        """
        rows, horizon = added.shape
        with np.errstate(over="ignore", invalid="ignore"):
            return self._rolled_out(np.zeros((rows, self.lags)), horizon, np.zeros(BLOCK_STEPS), added)

    def _rolled_out(self, past: Array, horizon: int, constants: Array, driving: NDArray[np.floating] | None) -> Array:
        """The rollout in scaled units, a block after another: shape (rows, horizon)."""
        products, _ = self._block
        values = np.empty((len(past), self.lags + horizon))
        values[:, : self.lags] = past
        for done in range(0, horizon, BLOCK_STEPS):
            steps = min(BLOCK_STEPS, horizon - done)
            ahead = values[:, done : done + self.lags] @ products[:, :steps] + constants[:steps]
            if driving is not None:
                ahead += driving[:, done : done + steps] @ self._responses[:steps, :steps]
            values[:, done + self.lags : done + self.lags + steps] = ahead
        return values[:, self.lags :]

    def _driving(self, known: NDArray[np.floating] | None) -> Array | None:
        """What is known of each step adds so much to it: shape (origins, horizon); None for a plain autoregression."""
        if not len(self.covariates):
            return None
        if known is None:
            raise ValueError(f"a forecast takes {len(self.covariates)} channels of what is known of each step")
        return np.asarray(known @ self.covariates)

    @cached_property
    def _responses(self) -> Array:
        """How much of what is added to each step of a block each later one has: shape (steps, steps)."""
        products, _ = self._block
        response = np.concatenate([[1.0], products[-1, :-1]])  # what is added is the newest lag of the next step
        after = np.arange(BLOCK_STEPS) - np.arange(BLOCK_STEPS)[:, None]
        return np.where(after >= 0, response[after], 0)

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
