"""The shapes of one season: smooth, spiky, two-level, random, sawtooth, half-day, and the days of a week.

Every shape has shape (rows, season), mean zero and a standard deviation of one.
"""

import numpy as np

from training.collection.components.draws import Kind, Rows, log_uniform, mixture, uniform

HARMONICS = 6
DAYS = 7


def shapes(rng: np.random.Generator, rows: int, season: int) -> Rows:
    """Shapes of random kinds; few phases have random indices more often than curves."""
    kinds = KINDS if season > DAYS else [*KINDS, Kind(_random, 2.0)]
    return _standardised(mixture(rng, kinds, rows, season))


def weekly_shapes(rng: np.random.Generator, rows: int, season: int) -> Rows:
    """Shapes of a week whose days have many steps: levels of the days, and days off with hours of their own."""
    day = np.arange(season) * DAYS // season
    first = np.searchsorted(day, np.arange(DAYS))
    longest = int(np.diff(np.append(first, season)).max())
    off = np.arange(DAYS) >= DAYS - np.where(rng.random((rows, 1)) < 0.8, 2, rng.integers(1, 4, (rows, 1)))
    levels = np.where(off, -uniform(rng, 0.2, 2, rows), 0.0)
    levels += log_uniform(rng, 0.03, 0.5, rows) * rng.standard_normal((rows, DAYS))
    hours = shapes(rng, rows, longest)[:, np.arange(season) - first[day]]
    own_hours = np.where(off[:, day], log_uniform(rng, 0.05, 1, rows) * hours, 0.0)
    return _standardised(levels[:, day] + own_hours)


def harmonic_basis(season: int, harmonics: int) -> Rows:
    """Cosines, then sines, of the first harmonics at each phase; shape (2 * harmonics, season)."""
    angles = 2 * np.pi * np.arange(1, harmonics + 1)[:, None] * np.arange(season) / season
    return np.concatenate([np.cos(angles), np.sin(angles)])


def _smooth(rng: np.random.Generator, rows: int, season: int) -> Rows:
    """A few harmonics, the higher the weaker."""
    count = min(HARMONICS, season // 2)
    number = np.arange(1, count + 1)
    amplitudes = np.exp(-uniform(rng, 0.5, 3, rows) * np.log(number))
    weights = rng.standard_normal((rows, 2, count)) * amplitudes[:, None]
    return weights.reshape(rows, -1) @ harmonic_basis(season, count)


def _spiky(rng: np.random.Generator, rows: int, season: int) -> Rows:
    """One to three peaks."""
    shape = np.zeros((rows, season))
    for number in range(3):
        height = np.where(number <= rng.integers(0, 3, (rows, 1)), rng.normal(1, 0.6, (rows, 1)), 0.0)
        away = _distance(rng.uniform(0, season, (rows, 1)), season)
        shape += height * np.exp(-((away / log_uniform(rng, 0.4, max(0.5, season / 8), rows)) ** 2))
    return shape


def _two_level(rng: np.random.Generator, rows: int, season: int) -> Rows:
    position = (np.arange(season) + rng.integers(0, season, (rows, 1))) % season
    high = position < np.maximum(1, np.round(season * uniform(rng, 0.1, 0.6, rows)))
    return np.where(high, 1.0, 0.0) + log_uniform(rng, 0.01, 0.3, rows) * rng.standard_normal((rows, season))


def _random(rng: np.random.Generator, rows: int, season: int) -> Rows:
    """An index for each phase by itself, as months of retail have."""
    return rng.standard_normal((rows, season))


def _mixed(rng: np.random.Generator, rows: int, season: int) -> Rows:
    """A smooth shape with some phases that stand out, as December does."""
    stand_out = rng.random((rows, season)) < 1.5 / season
    rough = log_uniform(rng, 0.05, 0.5, rows) * rng.standard_normal((rows, season))
    return _smooth(rng, rows, season) + rough + np.where(stand_out, rng.normal(1, 2, (rows, season)), 0.0)


def _sawtooth(rng: np.random.Generator, rows: int, season: int) -> Rows:
    """A rise, then a fall, of random shares of the season."""
    position = (np.arange(season) / season + rng.random((rows, 1))) % 1
    peak = uniform(rng, 0.05, 0.95, rows)
    return np.where(position < peak, position / peak, (1 - position) / (1 - peak))


def _half_day(rng: np.random.Generator, rows: int, season: int) -> Rows:
    """A smooth shape that is cut below, as sunshine at night."""
    shape = _standardised(_smooth(rng, rows, season))
    return np.maximum(shape, uniform(rng, -1, 0.5, rows))


def _distance(centre: Rows, season: int) -> Rows:
    away = np.abs(np.arange(season) - centre)
    shorter_way: Rows = np.minimum(away, season - away)
    return shorter_way


def _standardised(shape: Rows) -> Rows:
    centred = shape - shape.mean(axis=1, keepdims=True)
    standardised: Rows = centred / np.maximum(centred.std(axis=1, keepdims=True), 1e-9)
    return standardised


KINDS = [
    Kind(_smooth, 0.30),
    Kind(_mixed, 0.22),
    Kind(_spiky, 0.12),
    Kind(_two_level, 0.08),
    Kind(_random, 0.16),
    Kind(_sawtooth, 0.06),
    Kind(_half_day, 0.06),
]
