"""The generated series of the sine recipes."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from training.recipe import GeneratorName
from training.series import Series

STEP = 0.1  # of x, between the noisy sine's rows
NOISE = 0.1  # its amplitude, uniform to both sides
PERIODS, FRESH_PERIODS, FRESH_SERIES = 2, 8, 3


class Generator(NamedTuple):
    """How a series is made from a seed, and the fresh ones to test on, where there are any."""

    series: Callable[[int], NDArray[np.float64]]
    fresh: Callable[[int], list[NDArray[np.float64]]]


def noisy_sine(seed: int) -> NDArray[np.float64]:
    """Two periods of sin(x) + uniform noise within 0.1, x from 0 in steps of 0.1; shape (126, 1)."""
    return _noisy(np.arange(0, PERIODS * 2 * np.pi, STEP), np.random.default_rng(seed))


def fresh_noisy_sines(seed: int) -> list[NDArray[np.float64]]:
    """Three series of the eight periods after them, with noise of their own; each of shape (503, 1)."""
    start = PERIODS * 2 * np.pi + STEP
    x = np.arange(start, start + FRESH_PERIODS * 2 * np.pi, STEP)
    return [_noisy(x, np.random.default_rng((seed, number))) for number in range(1, FRESH_SERIES + 1)]


def sine(_: int) -> NDArray[np.float64]:
    """sin(x) for 1,000 x evenly from -3 pi to 3 pi, without noise; shape (1000, 1)."""
    return np.sin(np.linspace(-3 * np.pi, 3 * np.pi, 1000))[:, None]


GENERATORS: Mapping[GeneratorName, Generator] = {
    "noisy-sine": Generator(noisy_sine, fresh_noisy_sines),
    "sine": Generator(sine, lambda _: []),
}


def generated(name: GeneratorName, seed: int) -> Series:
    """A generator's series."""
    return Series(GENERATORS[name].series(seed), ("value",), f"generator {name}, seed {seed}")


def _noisy(x: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    return (np.sin(x) + rng.uniform(-NOISE, NOISE, len(x)))[:, None]
