"""Paths of a series' level: deterministic curves, random walks and processes that return to a mean.

Every path has shape (rows, length), begins near zero, and moves by about one over its length.
"""

import numpy as np

from training.collection.components.draws import Kind, Rows, log_uniform, mixture, signs, uniform
from training.collection.components.stationary import (
    BURN_IN,
    autoregression,
    frequencies,
    from_spectrum,
    second_order,
)

RISING = 0.65  # of the trends; economic series grow more often than they shrink


def trend(rng: np.random.Generator, rows: int, length: int) -> Rows:
    """Paths of random kinds; four of ten are the sum of two."""
    paths = mixture(rng, KINDS, rows, length)
    both = np.flatnonzero(rng.random(rows) < 0.4)
    paths[both] += log_uniform(rng, 0.1, 1, both.size) * mixture(rng, KINDS, both.size, length)
    return paths


def _none(_: np.random.Generator, rows: int, length: int) -> Rows:
    return np.zeros((rows, length))


def _linear(rng: np.random.Generator, rows: int, length: int) -> Rows:
    return _slope(rng, rows) * _time(length)


def _damped(rng: np.random.Generator, rows: int, length: int) -> Rows:
    """A slope that fades: phi + phi^2 + ... (Gardner and McKenzie 1985)."""
    rate = log_uniform(rng, 0.7, 8, rows)
    return _slope(rng, rows) * -np.expm1(-rate * _time(length))


def _exponential(rng: np.random.Generator, rows: int, length: int) -> Rows:
    rate = uniform(rng, 0.5, 4, rows) * signs(rng, rows)
    return _slope(rng, rows) * np.expm1(rate * _time(length)) / np.expm1(np.abs(rate))


def _logistic(rng: np.random.Generator, rows: int, length: int) -> Rows:
    steepness, middle = log_uniform(rng, 4, 40, rows), uniform(rng, -0.1, 1.2, rows)
    path: Rows = _slope(rng, rows) / (1 + np.exp(-steepness * (_time(length) - middle)))
    return path


def _broken(rng: np.random.Generator, rows: int, length: int) -> Rows:
    """Piecewise linear, the slope changing at random points by Laplace steps (Prophet: Taylor and Letham 2018)."""
    at, row = _breaks(rng, rows, length)
    slopes = np.zeros((rows, length))
    slopes[:, :1] = _slope(rng, rows)
    slopes[row, at] += rng.laplace(0, 1.2, row.size)
    return np.cumsum(np.cumsum(slopes, axis=1), axis=1) / length


def _local_linear(rng: np.random.Generator, rows: int, length: int) -> Rows:
    """A random walk whose drift is a random walk (Harvey 1989, the smooth local linear trend)."""
    slopes = rng.standard_normal((rows, length))
    slopes[:, :1] += 0.5 * np.sqrt(length) * _slope(rng, rows)
    path: Rows = np.cumsum(np.cumsum(slopes, axis=1), axis=1) / (0.6 * length**1.5)
    return path


def _random_walk(rng: np.random.Generator, rows: int, length: int) -> Rows:
    path: Rows = np.cumsum(rng.standard_normal((rows, length)), axis=1) / np.sqrt(length)
    return path


def _random_walk_with_drift(rng: np.random.Generator, rows: int, length: int) -> Rows:
    walk = log_uniform(rng, 0.1, 1, rows) * _random_walk(rng, rows, length)
    return walk + _linear(rng, rows, length)


def _momentum(rng: np.random.Generator, rows: int, length: int) -> Rows:
    """A walk whose steps are autocorrelated: ARIMA(1, 1, 0), as many economic series are."""
    kept = uniform(rng, 0.2, 0.9, rows)
    steps = autoregression(rng.standard_normal((rows, length)), kept) * np.sqrt((1 - kept) / (1 + kept))
    path: Rows = np.cumsum(steps, axis=1) / np.sqrt(length) + uniform(rng, 0, 1, rows) * _linear(rng, rows, length)
    return path


def _heavy_walk(rng: np.random.Generator, rows: int, length: int) -> Rows:
    """A walk that rests at most steps and jumps at some."""
    jumps = rng.laplace(0, 1, (rows, length)) * (rng.random((rows, length)) < log_uniform(rng, 0.02, 0.5, rows))
    path: Rows = np.cumsum(jumps, axis=1) / np.sqrt(length) + 0.2 * _random_walk(rng, rows, length)
    return path


def _mean_reverting(rng: np.random.Generator, rows: int, length: int) -> Rows:
    """AR(1): an Ornstein-Uhlenbeck process whose deviations halve within two steps to half the length."""
    half_life = log_uniform(rng, 2, max(4, length / 2), rows)
    return 0.5 * autoregression(rng.standard_normal((rows, length)), 0.5 ** (1 / half_life))


def _cycle(rng: np.random.Generator, rows: int, length: int) -> Rows:
    """AR(2): a business cycle of no fixed length (Harvey 1989, stochastic cycle)."""
    period = log_uniform(rng, 6, max(12, length / 2), rows)
    noise = rng.standard_normal((rows, BURN_IN + length))
    return 0.4 * second_order(noise, period, 1 - 1 / (period * log_uniform(rng, 0.3, 3, rows)).clip(3))


def _long_memory(rng: np.random.Generator, rows: int, length: int) -> Rows:
    """A spectral density of 1 / f^b (Granger and Joyeux 1980), b from 0.4 to 2."""
    grid = np.log(np.maximum(frequencies(length), 1 / length))
    return 0.6 * from_spectrum(rng, np.exp(-uniform(rng, 0.4, 2, rows) * grid), length)


def _time(length: int) -> Rows:
    return np.arange(1, length + 1) / length


def _slope(rng: np.random.Generator, rows: int) -> Rows:
    return signs(rng, rows, RISING) * rng.gamma(2, 0.5, (rows, 1))


def _breaks(rng: np.random.Generator, rows: int, length: int) -> tuple[np.ndarray, np.ndarray]:
    """Random points: one to six for each row."""
    row = np.repeat(np.arange(rows), rng.integers(1, 7, rows))
    return rng.integers(0, length, row.size), row


KINDS = [
    Kind(_none, 0.07),
    Kind(_linear, 0.10),
    Kind(_damped, 0.06),
    Kind(_exponential, 0.06),
    Kind(_logistic, 0.05),
    Kind(_broken, 0.10),
    Kind(_local_linear, 0.09),
    Kind(_random_walk, 0.09),
    Kind(_random_walk_with_drift, 0.16),
    Kind(_momentum, 0.05),
    Kind(_heavy_walk, 0.03),
    Kind(_mean_reverting, 0.08),
    Kind(_cycle, 0.04),
    Kind(_long_memory, 0.02),
]
