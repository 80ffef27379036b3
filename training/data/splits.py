"""How far back a forecast looks, and a series' parts by time."""

from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


def context_length(window: int, lead: int, lags: Sequence[int] = ()) -> int:
    """How many values a request must bring.

    The first prediction is the value after the last one sent, whatever the lead, so the window that predicts it
    ends `lead` steps earlier. An input that lies `lag` steps before its target reaches back further.
    """
    return window + max(lead, *lags) - 1 if lags else window + lead - 1


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
