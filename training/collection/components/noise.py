"""Noise around a level: light and heavy tails, autocorrelated, and of a changing size.

Every kind has shape (rows, length), mean zero and a standard deviation near one.
"""

import numpy as np

from training.collection.components.draws import Kind, Rows, log_uniform, mixture, uniform
from training.collection.components.stationary import autoregression

FARTHEST = 12.0  # standard deviations


def noise(rng: np.random.Generator, rows: int, length: int) -> Rows:
    """Noise of random kinds, no value farther than FARTHEST from zero."""
    return np.clip(mixture(rng, KINDS, rows, length), -FARTHEST, FARTHEST)


def _gaussian(rng: np.random.Generator, rows: int, length: int) -> Rows:
    return rng.standard_normal((rows, length))


def _student(rng: np.random.Generator, rows: int, length: int) -> Rows:
    freedom = log_uniform(rng, 2.3, 12, rows)
    return rng.standard_t(freedom, (rows, length)) * np.sqrt((freedom - 2) / freedom)


def _laplace(rng: np.random.Generator, rows: int, length: int) -> Rows:
    return rng.laplace(0, np.sqrt(0.5), (rows, length))


def _autoregressive(rng: np.random.Generator, rows: int, length: int) -> Rows:
    """AR(1), now and then one that swings back."""
    return autoregression(rng.standard_normal((rows, length)), rng.beta(3, 2, (rows, 1)) * 1.3 - 0.35)


def _mixed(rng: np.random.Generator, rows: int, length: int) -> Rows:
    """ARMA(1, 1)."""
    shocks, weight = rng.standard_normal((rows, length + 1)), uniform(rng, -0.8, 0.8, rows)
    moving = (shocks[:, 1:] + weight * shocks[:, :-1]) / np.sqrt(1 + weight**2)
    kept = uniform(rng, 0.3, 0.97, rows)
    inflation = 1 + 2 * kept * weight / (1 + weight**2)  # of the variance, by the shocks' own correlation
    return autoregression(moving, kept) / np.sqrt(np.maximum(inflation, 0.1))


def _persistent(rng: np.random.Generator, rows: int, length: int) -> Rows:
    """AR(1) that forgets slowly beside white noise: what is left of demand or weather by the hour."""
    slow = autoregression(rng.standard_normal((rows, length)), 1 - log_uniform(rng, 0.01, 0.3, rows))
    white = log_uniform(rng, 0.05, 1, rows)
    return (slow + white * rng.standard_normal((rows, length))) / np.sqrt(1 + white**2)


def _garch(rng: np.random.Generator, rows: int, length: int) -> Rows:
    """GARCH(1, 1) (Bollerslev 1986), of variance one."""
    shock = rng.uniform(0.05, 0.25, rows)
    kept = rng.uniform(0.6, 0.98, rows) * (1 - shock)
    path = np.ascontiguousarray(rng.standard_normal((rows, length)).T)
    variance = np.ones(rows)
    for step in range(length):
        path[step] *= np.sqrt(variance)
        variance = (1 - shock - kept) + shock * path[step] ** 2 + kept * variance
    return path.T


def _regimes(rng: np.random.Generator, rows: int, length: int) -> Rows:
    """A standard deviation that changes once, for good."""
    after = np.arange(length) >= rng.uniform(0, length, (rows, 1))
    return rng.standard_normal((rows, length)) * np.where(after, log_uniform(rng, 0.4, 2.5, rows), 1)


KINDS = [
    Kind(_gaussian, 0.28),
    Kind(_student, 0.08),
    Kind(_laplace, 0.08),
    Kind(_autoregressive, 0.20),
    Kind(_mixed, 0.08),
    Kind(_persistent, 0.18),
    Kind(_garch, 0.06),
    Kind(_regimes, 0.04),
]
