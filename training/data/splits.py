"""The parts of a series by time, and the samples of a part."""

from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from training.reading.series import Series
from training.recipes.recipe import Recipe


class Samples(NamedTuple):
    """Windows of a part and the values that they should predict; training/data/windowing.py has the shapes."""

    windows: NDArray[np.floating]
    targets: NDArray[np.floating]

    def evenly_spaced(self, most: int) -> "Samples":
        """At most `most` of the samples."""
        stride = max(1, -(-len(self.windows) // most))
        return Samples(self.windows[::stride], self.targets[::stride])

    def and_also(self, more: "Samples") -> "Samples":
        """These samples and others."""
        return Samples(*(np.concatenate(pair) for pair in zip(self, more, strict=True)))


class Parts(NamedTuple):
    """Row ranges of a series, in order of time; a part may be empty."""

    train: range
    validation: range
    calibration: range
    test: range


def calibration_rows(recipe: Recipe, parts: Sequence[Parts]) -> tuple[range, ...]:
    """The rows of each series that intervals are calibrated on."""
    if recipe.split.calibrate_on_validation:
        return tuple(range(each.validation.start, each.calibration.stop) for each in parts)
    return tuple(each.calibration for each in parts)


def split_rows(recipe: Recipe, series: Sequence[Series]) -> tuple[Parts, ...]:
    """The parts of each series: by shares or, where the recipe counts rows, by counts from the series' end."""
    split = recipe.split
    if split.test_rows is None:
        shares = split.train_share, split.validation_share, split.calibration_share
        return tuple(chronological_parts(len(each.values), *shares) for each in series)
    counts = split.validation_rows, split.calibration_rows, split.test_rows
    return tuple(counted_parts(len(each.values), *counts) for each in series)


def chronological_parts(rows: int, train: float, validation: float, calibration: float = 0.0) -> Parts:
    """Split `rows` rows by shares; the rows left over, the last ones, are the test part."""
    return _parts(rows, *(int(rows * share + 1e-9) for share in accumulate((train, validation, calibration))))


def counted_parts(rows: int, validation: int, calibration: int, test: int) -> Parts:
    """Split `rows` rows by counts from the end; the rows left over, the first ones, are the training part."""
    return _parts(
        rows, *(max(0, rows - sum(after)) for after in ((validation, calibration, test), (calibration, test), (test,)))
    )


def _parts(rows: int, *ends: int) -> Parts:
    return Parts(*(range(start, stop) for start, stop in pairwise((0, *ends, rows))))
