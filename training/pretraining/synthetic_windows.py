"""Windows of synthetic series, at the frequencies and lengths that requests have."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from training.collection.synthetic import synthetic_series

LONG = 500  # values, from which on half as many windows are made at once
UNTOLD = 0.06  # of the groups come without their seasons, as some requests do
SECOND_SEASON = 0.3  # of the groups with any season have another one, of so many of the first:
MULTIPLES = (2, 9)
SHORTEST, LONGEST = 2, 300  # of any seasons


class Kind(NamedTuple):
    """Series of one frequency: how often they are drawn, their seasons (None: any), and how long windows may be."""

    weight: float
    seasons: tuple[int, ...] | None
    least: int
    most: int


KINDS = (
    Kind(0.22, (12,), 8, 240),  # months
    Kind(0.12, (4,), 8, 120),  # quarters
    Kind(0.12, (), 8, 100),  # years, and whatever has no season
    Kind(0.05, (52,), 20, 400),  # weeks
    Kind(0.05, (5,), 8, 400),  # working days
    Kind(0.10, (7,), 8, 500),  # days
    Kind(0.03, (7, 365), 730, 1024),
    Kind(0.05, (24,), 24, 700),  # hours
    Kind(0.08, (24, 168), 100, 1024),
    Kind(0.08, (48, 336), 200, 1024),  # half hours
    Kind(0.03, (96, 672), 300, 1024),  # quarters of an hour
    Kind(0.13, None, 8, 700),
)


class Windows(NamedTuple):
    """Windows of one length and what came after them, shape (rows, length + ahead), with the seasons to tell."""

    values: NDArray[np.float64]
    seasons: tuple[int, ...]


def synthetic_windows(rng: np.random.Generator, rows: int, ahead: int) -> Windows:
    """Windows of about so many series, all of one kind and length."""
    weights = np.array([kind.weight for kind in KINDS])
    kind = KINDS[rng.choice(len(KINDS), p=weights / weights.sum())]
    seasons = _any_seasons(rng) if kind.seasons is None else kind.seasons
    length = log_uniform(rng, kind.least, kind.most)
    values = synthetic_series(rng, rows // 2 if length > LONG else rows, length + ahead, seasons)
    return Windows(values, () if rng.random() < UNTOLD else seasons)


def log_uniform(rng: np.random.Generator, least: int, most: int) -> int:
    """A whole number, each order of magnitude as often as another."""
    return int(np.exp(rng.uniform(np.log(least), np.log(most))))


def _any_seasons(rng: np.random.Generator) -> tuple[int, ...]:
    season = log_uniform(rng, SHORTEST, LONGEST)
    if rng.random() < SECOND_SEASON:
        return season, season * int(rng.integers(*MULTIPLES))
    return (season,)
