"""Origins: the places in held-out series that forecasts are made from, and what lies around them."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.data.held_out import HeldOut

Array = NDArray[np.float64]

CHUNK_VALUES = 1 << 22  # that lie in memory around a chunk's origins: 32 MB of them
MIN_CHUNK_ORIGINS = 128  # origins in a chunk, whatever they take: fewer leave cores idle


@dataclass(frozen=True)
class Origins:
    """Where forecasts begin: `rows` holds the first row that each forecasts, `series` its series' place.

    Both have shape (origins).
    """

    series: NDArray[np.int64]
    rows: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, chosen: slice | NDArray[np.integer]) -> "Origins":
        return Origins(self.series[chosen], self.rows[chosen])

    @property
    def series_count(self) -> int:
        """How many series are forecast at all."""
        return len(np.unique(self.series))

    def chunks(self, values_each: int) -> Iterator["Origins"]:
        """The origins in turn, so many at once that what each takes fits in memory."""
        size = max(MIN_CHUNK_ORIGINS, CHUNK_VALUES // values_each)
        for first in range(0, len(self), size):
            yield self[first : first + size]

    def thinned(self, most: int) -> "Origins":
        """At most so many of them, evenly spread from the first to the last."""
        if len(self) <= most:
            return self
        return self[np.linspace(0, len(self) - 1, most).round().astype(np.int64)]


def find_origins(held_out: Sequence[HeldOut], history: int, horizon: int, stride: int = 1) -> Origins:
    """Every origin, or one each `stride` rows of a series, from which `horizon` rows of its part can be forecast.

    At least `history` rows lie before an origin. They may lie before the part: what is past is known by then.
    """
    found = [
        np.arange(max(each.part.start, history), each.part.stop - horizon + 1, stride, dtype=np.int64)
        for each in held_out
    ]
    places = np.repeat(np.arange(len(found)), [len(rows) for rows in found])
    return Origins(places, np.concatenate([*found, np.empty(0, np.int64)]))


def even_stride(count: int, most: int, seasons: Sequence[int] = ()) -> int:
    """The least stride that leaves about `most` of so many origins at each phase of each season alike.

    A stride that has a divisor in common with a season would come by some of its phases only.
    """
    stride = -(-count // most)
    while stride > 1 and any(math.gcd(stride, season) > 1 for season in seasons):
        stride += 1
    return max(stride, 1)


def contexts_before(held_out: Sequence[HeldOut], origins: Origins, rows: int) -> Array:
    """The rows right before each origin, shape (origins, rows, features), in raw units."""
    places = zip(origins.series.tolist(), origins.rows.tolist(), strict=True)
    return np.stack([held_out[series].values[row - rows : row] for series, row in places])


def actuals(held_out: Sequence[HeldOut], origins: Origins, horizon: int, columns: Sequence[int]) -> Array:
    """What came from each origin on, shape (origins, horizon, columns), in raw units."""
    places = zip(origins.series.tolist(), origins.rows.tolist(), strict=True)
    return np.stack([held_out[series].values[row : row + horizon, columns] for series, row in places])
