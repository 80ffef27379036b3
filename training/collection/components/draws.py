"""Random parameters, one for each row, and rows whose kinds are random too."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.float64]
Maker = Callable[[np.random.Generator, int, int], Rows]


class Kind(NamedTuple):
    """One way to make rows, called with the generator, how many rows and their length; and its weight in a mixture."""

    make: Maker
    weight: float


def mixture(rng: np.random.Generator, kinds: Sequence[Kind], rows: int, length: int) -> Rows:
    """Rows of shape (rows, length), each of a kind that is drawn by the weights."""
    weights = np.array([kind.weight for kind in kinds])
    drawn = rng.choice(len(kinds), rows, p=weights / weights.sum())
    mixed = np.empty((rows, length))
    for number, kind in enumerate(kinds):
        where = np.flatnonzero(drawn == number)
        if where.size:
            mixed[where] = kind.make(rng, where.size, length)
    return mixed


def uniform(rng: np.random.Generator, low: float, high: float, rows: int) -> Rows:
    """One number for each row, shape (rows, 1)."""
    return rng.uniform(low, high, (rows, 1))


def log_uniform(rng: np.random.Generator, low: float, high: float, rows: int) -> Rows:
    """One number for each row, its logarithm uniform; shape (rows, 1)."""
    return np.exp(rng.uniform(np.log(low), np.log(high), (rows, 1)))


def signs(rng: np.random.Generator, rows: int, positive: float = 0.5) -> Rows:
    """1 with a probability of `positive`, else -1; shape (rows, 1)."""
    return np.where(rng.random((rows, 1)) < positive, 1.0, -1.0)


def some(rng: np.random.Generator, share: float, rows: int) -> NDArray[np.intp]:
    """The numbers of some rows: each row with a probability of `share`."""
    return np.flatnonzero(rng.random(rows) < share)
