"""Stationary processes: autoregressions step by step, and others by their spectral density.

Both kinds have mean zero and a variance of one.
"""

import numpy as np
from numpy.typing import NDArray

from training.collection.components.draws import Rows

BURN_IN = 64


def autoregression(noise: Rows, coefficient: Rows) -> Rows:
    """AR(1) paths driven by `noise` of unit variance, stationary from the first value on.

    `noise` has shape (rows, length), `coefficient` (rows, 1), within -1 and 1.
    """
    kept = coefficient[:, 0]
    path = noise.T * np.sqrt(1 - kept**2)  # time first, so that a step reads one stretch of memory
    path[:1] = noise.T[:1]
    for step in range(1, len(path)):
        path[step] += kept * path[step - 1]
    return path.T


def second_order(noise: Rows, period: Rows, damping: Rows) -> Rows:
    """AR(2) paths with a stochastic cycle: `period` in steps, `damping` the modulus of the roots; both (rows, 1).

    `noise` has shape (rows, BURN_IN + length); the paths have shape (rows, length).
    """
    radius = damping[:, 0]
    first, second = 2 * radius * np.cos(2 * np.pi / period[:, 0]), -(radius**2)
    variance = (1 - second) / ((1 + second) * ((1 - second) ** 2 - first**2))
    path = np.ascontiguousarray(noise.T)
    for step in range(2, len(path)):
        path[step] += first * path[step - 1] + second * path[step - 2]
    scaled: Rows = path[BURN_IN:] / np.sqrt(variance)
    return scaled.T


def frequencies(length: int) -> NDArray[np.float64]:
    """The frequencies, in cycles per step, that `from_spectrum` asks a density at."""
    size = _fft_length(length)
    return np.arange(size // 2 + 1) / size


def from_spectrum(rng: np.random.Generator, density: Rows, length: int) -> Rows:
    """Gaussian paths whose spectral density is proportional to `density`.

    `density` has shape (rows, len(frequencies(length))). The paths are cut from longer ones, as those are periodic.
    """
    size = _fft_length(length)
    density = density / (4 * density[:, 1:].sum(axis=1, keepdims=True) + density[:, :1])
    spectrum = rng.standard_normal((*density.shape, 2)).view(np.complex128)[..., 0]
    spectrum *= np.sqrt(density) * size
    return np.fft.irfft(spectrum, size)[:, :length]


def _fft_length(length: int) -> int:
    """The least 2^k or 3 * 2^k that is 1.5 times the length: fast to transform."""
    wanted = max(4, -(-3 * length // 2))
    power = 1 << (wanted - 1).bit_length()
    return 3 * power // 4 if 3 * power // 4 >= wanted else power
