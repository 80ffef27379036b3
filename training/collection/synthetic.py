"""Synthetic series: random trends, seasons, noise and disturbances, to train one model for any series on."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from training.collection.components.counts import counts, intermittent
from training.collection.components.disturbances import disturb
from training.collection.components.draws import Kind, Maker, Rows, log_uniform, mixture, signs
from training.collection.components.gaussian_processes import gaussian_process
from training.collection.components.structural import additive, multiplicative

SMALLEST_SCALE, LARGEST_SCALE = 1e-3, 1e7
NEGATIVE = 0.02  # of the series are turned upside down


def synthetic_series(rng: np.random.Generator, count: int, length: int, seasons: Sequence[int]) -> NDArray[np.float64]:
    """`count` different series of one length that have the same seasons; shape (count, length), all finite.

    `seasons` are one to three lengths in steps, ascending, each at least 2 and maybe longer than the series; or none.
    About 70 of 100 series are positive; 15 of 100 do not show the seasons that are named. The same `rng` gives the same
    series. Raises ValueError.
    """
    seasons = list(seasons)
    if count < 0 or length < 1:
        raise ValueError(f"series to make: expected a count from 0 and a length from 1, got {count} of {length}")
    if seasons != sorted(set(seasons)) or any(season < 2 for season in seasons):
        raise ValueError(f"seasons: expected ascending lengths of at least 2 steps, got {seasons}")

    def of(family: Callable[[np.random.Generator, int, int, Sequence[int]], Rows], disturbed: bool) -> Maker:
        def make(rng: np.random.Generator, rows: int, length: int) -> Rows:
            made = family(rng, rows, length, seasons)
            if disturbed:
                disturb(rng, made)
            return made

        return make

    kinds = [Kind(of(family, disturbed), weight) for family, disturbed, weight in FAMILIES]
    values = mixture(rng, kinds, count, length)
    return values * log_uniform(rng, SMALLEST_SCALE, LARGEST_SCALE, count) * signs(rng, count, 1 - NEGATIVE)


FAMILIES = [
    (multiplicative, True, 0.42),
    (additive, True, 0.36),
    (gaussian_process, True, 0.12),
    (counts, False, 0.06),
    (intermittent, False, 0.04),
]
