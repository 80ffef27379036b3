"""A series' parts by time, and samples."""

from itertools import accumulate, pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Samples(NamedTuple):
    """Windows and the values that they should predict.

    The shapes are those that training/data/windowing.py gives them.
    """

    windows: NDArray[np.floating]
    targets: NDArray[np.floating]


class Parts(NamedTuple):
    """Row ranges of a series, in order of time; a part may be empty."""

    train: range
    validation: range
    calibration: range
    test: range


def chronological_parts(rows: int, train: float, validation: float, calibration: float = 0.0) -> Parts:
    """Cut `rows` rows into parts by fractions, in order of time; what is left over is the test part."""
    return _parts(rows, *(int(rows * share + 1e-9) for share in accumulate((train, validation, calibration))))


def counted_parts(rows: int, validation: int, calibration: int, test: int) -> Parts:
    """Cut `rows` rows into parts by numbers of rows, counted back from the end; what is left over is trained on."""
    return _parts(
        rows, *(max(0, rows - sum(after)) for after in ((validation, calibration, test), (calibration, test), (test,)))
    )


def _parts(rows: int, *ends: int) -> Parts:
    return Parts(*(range(start, stop) for start, stop in pairwise((0, *ends, rows))))
