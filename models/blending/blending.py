"""Mixing naive and linear forecasts into a network's, each step by its weights.

Forecasts are combined with non-negative weights that add up to 1: Bates and Granger 1969, doi:10.1057/jors.1969.103.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.blending.autoregression import Autoregression
from models.spec.blend import Blend
from models.spec.model_spec import ModelSpec

Array = NDArray[np.float64]


class Blending:
    """A blend, ready to be mixed in."""

    def __init__(self, blend: Blend) -> None:
        self._weights = np.array(blend.weights)
        self._seasons = blend.seasons
        self._linear = [
            Autoregression(
                np.array(each.weights), each.intercept, each.shift, each.spread, np.array(each.covariates, np.float64)
            )
            for each in blend.linear
        ]
        self.takes_known = any(each.covariates for each in blend.linear)

    def mix(self, recent: Array, predictions: Array, known: NDArray[np.floating] | None = None) -> Array:
        """The network's predictions, shape (rows, horizon, targets), mixed with those from the values before them.

        `recent` has shape (rows, at least the blend's context, targets), oldest first. All are in raw units. A forecast
        without a share at any step is not made. `known`, shape (rows, horizon, channels), is what is known of each
        step's target, for a blend that `takes_known`.
        """
        return self.mixture(recent, predictions.shape[1], known).of(predictions)

    def mixture(self, recent: Array, horizon: int, known: NDArray[np.floating] | None = None) -> "Mixture":
        """What is mixed into the steps of a horizon, whenever the network's predictions of these come."""
        weights = self._weights[np.minimum(np.arange(horizon), len(self._weights) - 1)]
        added = [
            naive_forecast(recent, season, horizon) * shares[:, None]
            for season, shares in zip(self._seasons, weights.T[1:], strict=False)
            if shares.any()
        ]
        if self._linear and weights[:, -1].any():
            added.append(linear_forecast(self._linear, recent, horizon, known) * weights[:, -1:])
        return Mixture(weights[:, :1], added)


class Mixture(NamedTuple):
    """The network's share at each step, shape (horizon, 1), and what is added, shape (rows, horizon, targets) each."""

    shares: Array
    added: Sequence[Array]

    def of(self, predictions: Array, first: int = 0) -> Array:
        """The network's predictions of the steps from index `first` on, in raw units, mixed."""
        steps = slice(first, first + predictions.shape[1])
        mixed = predictions * self.shares[steps]
        for each in self.added:
            mixed += each[:, steps]
        return np.asarray(mixed)


def known_of_targets(spec: ModelSpec, known_future: NDArray[np.float32] | None) -> NDArray[np.float32] | None:
    """What is known of each forecast step's own target: shape (rows, horizon, channels of `spec.known_of_target`).

    `known_future` has shape (rows, window + horizon - 1, channels).
    """
    return None if known_future is None else known_future[:, spec.window - 1 :, list(spec.known_of_target)]


def naive_forecast(recent: Array, season: int, horizon: int) -> Array:
    """The last season again and again: shape (rows, horizon, targets)."""
    return recent[:, -season:][:, np.arange(horizon) % season]


def linear_forecast(
    models: Sequence[Autoregression], recent: Array, horizon: int, known: NDArray[np.floating] | None = None
) -> Array:
    """Each target's forecast by its own autoregression: shape (rows, horizon, targets).

    `known`, shape (rows, horizon, channels), is what is known of each step's target, where they take it in.
    """
    return np.stack(
        [model.forecast(recent[:, -model.lags :, target], horizon, known) for target, model in enumerate(models)],
        axis=-1,
    )
