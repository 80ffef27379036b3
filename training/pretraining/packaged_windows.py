"""Windows of the real series of packages, at their own frequency and at lower ones, mixed and modulated."""

from collections.abc import Iterable, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from models.seasonal.filling import filled
from training.collection.augmentation import mixed, modulated, sign_flipped
from training.collection.packaged import CollectedSeries
from training.collection.resampling import averaged
from training.pretraining.synthetic_windows import Windows, log_uniform

Values = NDArray[np.float64]

LEAST_ROWS = 14  # of a series at a lower frequency
LEAST_WINDOW, LONGEST_SHORTENED = 8, 700  # values
SHORTENED = 0.3  # of the groups have windows that are shorter than what is known
NEWEST = 0.3  # of the windows end near the end of what is trained on
MIXED, MODULATED, FLIPPED = 0.35, 0.10, 0.08  # of the groups
SPREAD = 0.25  # of a modulation

# How often series of a season are drawn. What is averaged counts as well: means of months that have no season left.
WEIGHTS: Mapping[tuple[int, ...], float] = {
    (12,): 0.45,
    (4,): 0.2,
    (): 0.2,
    (6,): 0.04,
    (5,): 0.03,
    (3,): 0.03,
    (2,): 0.03,
    (52,): 0.02,
}
OTHER_WEIGHT = 0.05
# How often a source's series are drawn, by that of M3's. Very many are alike, others are few and long.
SOURCE_WEIGHTS = {
    "pbs": 0.35,
    "global-economy": 0.35,
    "us-employment": 1.5,
    "aus-retail": 1.5,
    "gafa-stock": 2.0,
    "us-change": 5.0,
    "canadian-gas": 5.0,
    "us-gasoline": 5.0,
}
# The lower frequencies of each season: how many values are averaged, and how often by the series itself.
AVERAGED: Mapping[tuple[int, ...], Mapping[int, float]] = {
    (12,): {2: 0.1, 3: 0.5, 4: 0.1, 6: 0.1, 12: 0.5},
    (4,): {4: 0.5},
    (5,): {5: 1.0},
}


class PackagedWindows:
    """Real series by their seasons, from which windows are drawn."""

    def __init__(self, series: Iterable[CollectedSeries]) -> None:
        self._series: dict[tuple[int, ...], list[Values]] = {}
        weights: dict[tuple[int, ...], list[float]] = {}
        for each in series:
            values, weight = filled(each.values, ()), SOURCE_WEIGHTS.get(each.source, 1.0)
            for seasons, rows, share in _frequencies(values, each.seasons):
                self._series.setdefault(seasons, []).append(rows)
                weights.setdefault(seasons, []).append(weight * share)
        self._weights = {seasons: np.array(each) for seasons, each in weights.items()}
        self._lengths = {seasons: np.array([*map(len, each)]) for seasons, each in self._series.items()}
        self._seasons = list(self._series)
        shares = np.array([WEIGHTS.get(each, OTHER_WEIGHT) for each in self._seasons])
        self._shares = shares / shares.sum()

    def draw(self, rng: np.random.Generator, rows: int, ahead: int) -> Windows:
        """Windows of at most so many series that share their seasons, all of one length."""
        seasons = self._seasons[rng.choice(len(self._seasons), p=self._shares)]
        series, lengths, weights = self._series[seasons], self._lengths[seasons], self._weights[seasons]
        # 1. A length: that of what is known at some row of some series, or a shorter one.
        first = rng.choice(len(series), p=weights / weights.sum())
        length = int(rng.integers(LEAST_WINDOW, max(LEAST_WINDOW + 1, lengths[first] - 1)))
        if rng.random() < SHORTENED:
            length = min(length, log_uniform(rng, 2 * LEAST_WINDOW, LONGEST_SHORTENED))
        # 2. Series that are long enough, and a row of each.
        enough = np.flatnonzero(lengths >= length + 2)
        if not len(enough):
            return self.draw(rng, rows, ahead)
        count = min(rows, max(LEAST_WINDOW, 4 * len(enough)))
        chosen = rng.choice(enough, count, p=weights[enough] / weights[enough].sum())
        windows = np.full((count, length + ahead), np.nan)
        for number, index in enumerate(chosen.tolist()):
            values = series[index]
            row = int(rng.integers(length, len(values) - 1))
            if rng.random() < NEWEST:
                row = max(length, len(values) - 1 - int(rng.integers(0, ahead + 1)))
            known = values[row - length : row + ahead]
            windows[number, : len(known)] = known
        return Windows(_augmented(windows, rng), seasons)


def _augmented(windows: Values, rng: np.random.Generator) -> Values:
    kind = rng.random()
    if kind < MIXED:
        windows = mixed(windows, rng, len(windows)).windows
    elif kind < MIXED + MODULATED:
        windows = modulated(windows, rng, SPREAD)
    return sign_flipped(windows, rng) if rng.random() < FLIPPED else windows


def _frequencies(values: Values, seasons: tuple[int, ...]) -> Iterator[tuple[tuple[int, ...], Values, float]]:
    """A series at its own frequency and at lower ones: seasons, values, and how often it is drawn."""
    yield seasons, values, 1.0
    for count, share in AVERAGED.get(seasons, {}).items():
        means = averaged(values[None], seasons, count)
        if means.values.shape[1] >= LEAST_ROWS:
            yield means.seasons, means.values[0], share
