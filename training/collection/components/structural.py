"""Series of trend, seasons and noise, added up or multiplied (Harvey 1989; Hyndman et al. 2008)."""

from collections.abc import Sequence

import numpy as np

from training.collection.components.draws import Rows, log_uniform, signs, some
from training.collection.components.noise import noise
from training.collection.components.seasonality import seasonality
from training.collection.components.trends import trend

LARGEST_LOG = 7.0  # of a multiplicative series, from its middle: a factor of 1,100
AROUND_ZERO = 0.22  # of the additive series; the others have a level that is far from zero
QUIET = 0.08  # of the series have next to no noise: prices, stocks, whatever is smooth


def multiplicative(rng: np.random.Generator, rows: int, length: int, seasons: Sequence[int]) -> Rows:
    """Positive series whose season and noise grow with the level; shape (rows, length)."""
    logs = log_uniform(rng, 0.08, 1.8, rows) * trend(rng, rows, length)
    logs += log_uniform(rng, 0.02, 0.5, rows) * seasonality(rng, rows, length, seasons)
    logs += _noise_size(rng, 0.004, 0.25, rows) * noise(rng, rows, length)
    return np.exp(np.clip(logs, -LARGEST_LOG, LARGEST_LOG))


def additive(rng: np.random.Generator, rows: int, length: int, seasons: Sequence[int]) -> Rows:
    """Series whose season and noise are of one size, or grow with the level in some rows; shape (rows, length)."""
    sizes = [log_uniform(rng, 0.2, 4, rows), log_uniform(rng, 0.1, 2, rows), _noise_size(rng, 0.02, 1, rows)]
    level = sizes[0] * trend(rng, rows, length)
    level += sizes[1] * seasonality(rng, rows, length, seasons)
    errors = noise(rng, rows, length)
    growing = some(rng, 0.2, rows)
    errors[growing] *= np.exp(np.clip(level[growing] / _spread(level[growing]), -2, 2) * 0.4)
    level += sizes[2] * errors
    total = np.sqrt(sizes[0] ** 2 + sizes[1] ** 2 + sizes[2] ** 2)
    far = signs(rng, rows, 0.96) * log_uniform(rng, 2.5, 60, rows)
    near = rng.standard_normal((rows, 1))
    series: Rows = level + total * np.where(rng.random((rows, 1)) < AROUND_ZERO, near, far)
    return series


def _noise_size(rng: np.random.Generator, low: float, high: float, rows: int) -> Rows:
    quiet = rng.random((rows, 1)) < QUIET
    return log_uniform(rng, low, high, rows) * np.where(quiet, 0.03, 1.0)


def _spread(level: Rows) -> Rows:
    spread: Rows = level.std(axis=1, keepdims=True) + 1e-9
    return spread
