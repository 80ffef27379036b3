"""Counts: Poisson and negative binomial around a rate, and demand that comes now and then."""

from collections.abc import Sequence

import numpy as np

from training.collection.components.draws import Rows, log_uniform
from training.collection.components.structural import multiplicative

HIGHEST_RATE = 1e5


def counts(rng: np.random.Generator, rows: int, length: int, seasons: Sequence[int]) -> Rows:
    """Counts whose rate is a multiplicative series: Poisson, or negative binomial in half of the rows."""
    rate = _rate(rng, rows, length, seasons, log_uniform(rng, 0.5, 200, rows))
    spread = np.where(rng.random((rows, 1)) < 0.5, log_uniform(rng, 0.5, 20, rows), 1e4)
    return rng.poisson(np.minimum(rate * rng.standard_gamma(spread, (rows, length)) / spread, HIGHEST_RATE)).astype(
        np.float64
    )


def intermittent(rng: np.random.Generator, rows: int, length: int, seasons: Sequence[int]) -> Rows:
    """Zeros, and demand at random steps: Bernoulli times with sizes of their own (Croston 1972).

    The probability of demand is a multiplicative series; on average at least six steps of a row have demand.
    """
    least = min(0.5, 6 / length)
    probability = _rate(rng, rows, length, seasons, log_uniform(rng, max(0.05, least), 0.7, rows))
    demand = rng.random((rows, length)) < np.clip(probability, least, 0.95)
    whole = 1.0 + rng.poisson(np.broadcast_to(log_uniform(rng, 0.1, 30, rows), (rows, length)))
    real = np.exp(log_uniform(rng, 0.05, 1, rows) * rng.standard_normal((rows, length)))
    return np.where(demand, np.where(rng.random((rows, 1)) < 0.7, whole, real), 0.0)


def _rate(rng: np.random.Generator, rows: int, length: int, seasons: Sequence[int], mean: Rows) -> Rows:
    rate = multiplicative(rng, rows, length, seasons)
    scaled: Rows = rate * (mean / rate.mean(axis=1, keepdims=True))
    return scaled
