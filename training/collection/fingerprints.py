"""Fingerprints of a series, by which another file's series is found to be one that a model was trained on.

A fingerprint is of 12 values in a row, each written with four significant digits, so that neither a file's format nor
a few more digits matter. Of a series that is trained on, four are kept, evenly spread. Of another series all are made:
where one of them was kept, the series have these values in common. A longer version is found so, and a cut one that
holds a third of the trained rows and 12 more.

What they can't tell: series in another unit, of other aggregates (weeks as months), smoothed, filled or corrected at
these places; and those whose values repeat too much, such as small counts: they have no fingerprint, as others might
have the same values by chance.
"""

import hashlib
from collections.abc import Collection, Iterable

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

FINGERPRINTS = "fingerprints.bin"  # of a version's files
LENGTH = 12  # values of a fingerprint
KEPT = 4  # fingerprints of a series that is trained on
LEAST_DIFFERENT_VALUES, LEAST_DIFFERENT_CHANGES = 8, 6  # of a fingerprint: neither counts nor straight lines
HEX_DIGITS = 12


def kept_fingerprints(values: Values) -> tuple[str, ...]:
    """Up to four fingerprints of a series that is trained on, evenly spread over it, the oldest first.

    `values` have shape (rows). There is none where no 12 values in a row are there and differ enough.
    """
    written = _written(values)
    starts = _telling_starts(written)
    if not starts.size:
        return ()
    chosen = np.unique(np.linspace(0, len(starts) - 1, KEPT).round().astype(np.intp))
    return tuple(_fingerprint(written, int(start)) for start in starts[chosen])


def was_trained_on(values: Values, kept: Collection[str]) -> bool:
    """Whether a series, shape (rows), has 12 values in a row whose fingerprint is among the kept ones."""
    written = _written(values)
    return any(_fingerprint(written, int(start)) in kept for start in _telling_starts(written))


def all_kept_fingerprints(series: Iterable[Values]) -> frozenset[str]:
    """The kept fingerprints of many series, each of shape (rows)."""
    return frozenset(fingerprint for values in series for fingerprint in kept_fingerprints(values))


def fingerprints_file(kept: Collection[str]) -> bytes:
    """The content of a file with kept fingerprints."""
    return b"".join(bytes.fromhex(each) for each in sorted(kept))


def read_fingerprints(content: bytes) -> frozenset[str]:
    """The fingerprints of a file."""
    size = HEX_DIGITS // 2
    return frozenset(content[first : first + size].hex() for first in range(0, len(content), size))


def _written(values: Values) -> list[str]:
    return [f"{value + 0.0:.3e}" for value in values.tolist()]  # -0.0 + 0.0 is 0.0


def _telling_starts(written: list[str]) -> NDArray[np.intp]:
    """Where 12 values in a row begin that are there, and differ enough not to come by chance."""
    numbers = np.array(written, np.float64)
    if len(numbers) < LENGTH:
        return np.empty(0, np.intp)
    windows = np.lib.stride_tricks.sliding_window_view(numbers, LENGTH)
    # Changes have only the digits that values have: what subtracting adds is rounded away.
    largest = np.maximum(np.abs(windows).max(axis=1, keepdims=True), np.finfo(np.float64).tiny)
    changes = np.round(np.diff(windows / largest, axis=1), 5)
    telling = np.isfinite(windows).all(axis=1)
    telling &= _different(windows) >= LEAST_DIFFERENT_VALUES
    telling &= _different(changes) >= LEAST_DIFFERENT_CHANGES
    return np.flatnonzero(telling)


def _different(rows: Values) -> NDArray[np.intp]:
    """How many different numbers each row has."""
    steps: NDArray[np.bool_] = np.diff(np.sort(rows, axis=1), axis=1) != 0
    counts: NDArray[np.intp] = 1 + steps.sum(axis=1)
    return counts


def _fingerprint(written: list[str], start: int) -> str:
    return hashlib.sha256(" ".join(written[start : start + LENGTH]).encode()).hexdigest()[:HEX_DIGITS]
