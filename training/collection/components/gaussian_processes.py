"""Sums and products of Gaussian processes: KernelSynth of Chronos (Ansari et al. 2024, arXiv:2403.07815), made fast.

No covariance matrix is factorised. A stationary kernel is drawn by its spectral density; a periodic one by the
Fourier series of its kernel over one season, which all rows share. A product of kernels is the product of paths: its
covariance is the product of theirs, though it is not Gaussian.
"""

from collections.abc import Sequence

import numpy as np

from training.collection.components.draws import Kind, Rows, log_uniform, mixture, some, uniform
from training.collection.components.seasonal_shapes import harmonic_basis
from training.collection.components.stationary import frequencies, from_spectrum

MOST_KERNELS = 4
MOST_HARMONICS = 16
FINE = 64  # points of a season that a kernel's Fourier series is made from
LARGEST = 12.0  # standard deviations


def gaussian_process(rng: np.random.Generator, rows: int, length: int, seasons: Sequence[int]) -> Rows:
    """Paths of up to MOST_KERNELS kernels each, put together by sums and products; shape (rows, length)."""

    def periodic(rng: np.random.Generator, rows: int, length: int) -> Rows:
        return _periodic(rng, rows, length, int(rng.choice(np.asarray(seasons))))

    kinds = [*STATIONARY, *([Kind(periodic, 0.55)] if seasons else [])]
    path = mixture(rng, kinds, rows, length)
    for _ in range(MOST_KERNELS - 1):
        more = some(rng, 0.6, rows)
        second = mixture(rng, kinds, more.size, length)
        times = rng.random((more.size, 1)) < 0.35
        second *= np.where(times, 1.0, log_uniform(rng, 0.2, 2, more.size))
        path[more] = np.where(times, path[more] * second, path[more] + second)
    path = np.clip(path / (path.std(axis=1, keepdims=True) + 1e-9), -LARGEST, LARGEST)
    path += log_uniform(rng, 0.003, 0.3, rows) * rng.standard_normal((rows, length))
    level = np.where(rng.random((rows, 1)) < 0.65, log_uniform(rng, 3, 60, rows), rng.standard_normal((rows, 1)))
    values: Rows = path + level
    return values


def _squared_exponential(rng: np.random.Generator, rows: int, length: int) -> Rows:
    """RBF, with a length scale from three steps to half the length."""
    scale = log_uniform(rng, 3, max(6, length / 2), rows)
    return from_spectrum(rng, _squared_exponential_density(scale, length), length)


def _rational_quadratic(rng: np.random.Generator, rows: int, length: int) -> Rows:
    """A mixture of RBF kernels whose inverse squared length scales are gamma-distributed; here of three of them."""
    alpha, scale = log_uniform(rng, 0.3, 10, rows), log_uniform(rng, 3, max(6, length / 2), rows)
    mixed = scale * np.sqrt(alpha / np.maximum(rng.standard_gamma(alpha, (rows, 3)), 1e-3))
    density = np.zeros((rows, frequencies(length).size))
    for number in range(3):
        density += _squared_exponential_density(mixed[:, number, None].clip(1, length), length)
    return from_spectrum(rng, density, length)


def _linear(rng: np.random.Generator, rows: int, length: int) -> Rows:
    """The dot product kernel: a line through a random point."""
    return 1.7 * rng.standard_normal((rows, 1)) * (np.arange(length) / length - uniform(rng, -0.3, 1, rows))


def _white(rng: np.random.Generator, rows: int, length: int) -> Rows:
    return rng.standard_normal((rows, length))


def _periodic(rng: np.random.Generator, rows: int, length: int, season: int) -> Rows:
    """exp(-2 sin^2(pi t / season) / l^2): harmonics whose variances are the kernel's Fourier coefficients."""
    width = log_uniform(rng, 0.4, 2, rows)
    kernel = np.exp(-2 * (np.sin(np.pi * np.arange(FINE) / FINE) / width) ** 2)
    count = max(1, min(season // 2, MOST_HARMONICS))
    variances = np.maximum(np.fft.rfft(kernel)[:, 1 : count + 1].real, 0)
    variances /= variances.sum(axis=1, keepdims=True)
    weights = rng.standard_normal((rows, 2, count)) * np.sqrt(variances)[:, None]
    profile = weights.reshape(rows, -1) @ harmonic_basis(season, count)
    return np.take(profile, np.arange(length) % season, axis=1)


def _squared_exponential_density(scale: Rows, length: int) -> Rows:
    return scale * np.exp(-0.5 * (2 * np.pi * scale * frequencies(length)) ** 2)


STATIONARY = [
    Kind(_squared_exponential, 0.22),
    Kind(_rational_quadratic, 0.13),
    Kind(_linear, 0.14),
    Kind(_white, 0.06),
]
