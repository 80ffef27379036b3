"""One to three seasons over the length of a series, fixed or evolving."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from training.collection.components.draws import Rows, log_uniform
from training.collection.components.seasonal_shapes import DAYS, shapes, weekly_shapes

WITHOUT = 0.15  # of the rows have no season, though one is named
MAIN = 1.5  # times as strong as the others is the shortest season: days more than weeks
FIXED = 0.5  # of the seasons never change; the others change in one of four ways


def seasonality(rng: np.random.Generator, rows: int, length: int, seasons: Sequence[int]) -> Rows:
    """The sum of seasons of random shapes and amplitudes; shape (rows, length), its variance near the seasons' number.

    Some rows have only some of the seasons, WITHOUT of them none: they are zero.
    """
    total = np.zeros((rows, length))
    if not seasons:
        return total
    start = rng.integers(0, max(seasons), (rows, 1))
    weights = log_uniform(rng, 0.25, 1, rows * len(seasons)).reshape(rows, -1)
    weights[:, 0] *= MAIN
    weights *= rng.random(weights.shape) < (0.9 if len(seasons) > 1 else 1)
    weights *= np.sqrt(len(seasons)) / np.maximum(np.sqrt((weights**2).sum(axis=1, keepdims=True)), 0.2)
    weights[rng.random(rows) < WITHOUT] = 0
    for number, season in enumerate(seasons):
        where = np.flatnonzero(weights[:, number])
        days = number > 0 and abs(season - DAYS * seasons[number - 1]) < DAYS
        total[where] += weights[where, number, None] * _season(rng, start[where], length, season, days)
    return total


def _season(rng: np.random.Generator, start: NDArray[np.int64], length: int, season: int, days: bool) -> Rows:
    """One season whose first value is of phase `start`; `days` where it is a week of shorter ones."""
    phases = (np.arange(season) + start) % season
    made = (weekly_shapes if days else shapes)(rng, len(start), season)
    path = _repeated(np.take_along_axis(made, phases, axis=1), length)
    way = np.where(rng.random(len(start)) < FIXED, -1, rng.integers(0, 4, len(start)))
    for number, evolve in enumerate((_amplitude_walks, _shape_turns, _cycles_differ, _indices_walk)):
        where = np.flatnonzero(way == number)
        if where.size:
            path[where] = evolve(rng, path[where], season)
    return path


def _amplitude_walks(rng: np.random.Generator, path: Rows, _: int) -> Rows:
    return path * np.exp(_walk(rng, *path.shape) * log_uniform(rng, 0.1, 0.7, len(path)))


def _shape_turns(rng: np.random.Generator, path: Rows, season: int) -> Rows:
    """The shape becomes another one, by a random walk of the angle between them."""
    angle = _walk(rng, *path.shape) * log_uniform(rng, 0.15, 1.2, len(path))
    other = _repeated(shapes(rng, len(path), season), path.shape[1])
    return np.cos(angle) * path + np.sin(angle) * other


def _cycles_differ(rng: np.random.Generator, path: Rows, season: int) -> Rows:
    """Each time round has an amplitude of its own, as sunny and dull days."""
    rows, length = path.shape
    cycle = np.arange(length) // season
    sizes = np.exp(log_uniform(rng, 0.05, 0.5, rows) * rng.standard_normal((rows, cycle[-1] + 1)))
    return path * sizes[:, cycle]


def _indices_walk(rng: np.random.Generator, path: Rows, season: int) -> Rows:
    """Each phase's index is a random walk over the seasons, as in exponential smoothing (Hyndman et al. 2008)."""
    rows, length = path.shape
    cycles = -(-length // season)
    steps = rng.standard_normal((rows, cycles, season)) * log_uniform(rng, 0.03, 0.4, rows)[:, None]
    return path + np.cumsum(steps, axis=1).reshape(rows, -1)[:, :length]


def _walk(rng: np.random.Generator, rows: int, length: int) -> Rows:
    path: Rows = np.cumsum(rng.standard_normal((rows, length)), axis=1) / np.sqrt(length)
    return path


def _repeated(profile: Rows, length: int) -> Rows:
    path: Rows = np.take(profile, np.arange(length) % profile.shape[1], axis=1)
    return path
