"""Origins: the rows of held-out series that forecasts begin at, and what lies before and after them."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.inference.input_windows import extended
from models.spec.model_spec import Extension, ModelSpec
from models.spec.panel_scores import LeftOut
from training.baselines.known_inputs import known_inputs
from training.data.held_out import HeldOut

Array = NDArray[np.float64]

MAX_CHUNK_VALUES = 1 << 22  # in memory around a chunk's origins: 32 MB
MAX_ORIGINS = 1_000  # about, unless a stride is given
MIN_CHUNK_ORIGINS = 128  # whatever memory they take: fewer leave cores idle


@dataclass(frozen=True)
class Origins:
    """Where forecasts begin: `rows` are the first rows that are forecast, `series` the indexes of their series.

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
        """How many series have an origin."""
        return len(np.unique(self.series))

    def chunks(self, values_per_origin: int) -> Iterator["Origins"]:
        """The origins in turn, in chunks whose values fit in memory."""
        size = max(MIN_CHUNK_ORIGINS, MAX_CHUNK_VALUES // values_per_origin)
        for first in range(0, len(self), size):
            yield self[first : first + size]

    def evenly_spaced(self, most: int) -> "Origins":
        """At most `most` of the origins, evenly spaced, the first and the last among them."""
        if len(self) <= most:
            return self
        return self[evenly_spaced_indexes(len(self), most)]


def evenly_spaced_indexes(count: int, most: int) -> NDArray[np.int64]:
    """At most `most` indexes of `count` things, evenly spaced, the first and the last among them."""
    return np.linspace(0, count - 1, min(count, most)).round().astype(np.int64)


def find_origins(held_out: Sequence[HeldOut], history: int, horizon: int, stride: int = 1) -> Origins:
    """The origins with `history` rows before them and `horizon` rows of their part from them on.

    Every one of them, or one in each `stride` rows of a series. The rows before may lie before the part: what is past
    is known by then.
    """
    rows = [
        np.arange(max(each.part.start, history), each.part.stop - horizon + 1, stride, dtype=np.int64)
        for each in held_out
    ]
    series = np.repeat(np.arange(len(rows)), [len(each) for each in rows])
    return Origins(series, np.concatenate([*rows, np.empty(0, np.int64)]))


def spaced_origins(
    held_out: Sequence[HeldOut], history: int, horizon: int, seasons: Sequence[int], stride: int | None = None
) -> tuple[Origins, int]:
    """The origins in each `stride` rows of a series, by default about `MAX_ORIGINS` of them; and the stride."""
    every = find_origins(held_out, history, horizon)
    if not len(every):
        return every, 1
    # No longer than the most origins of a series: 1 for a panel with one origin in each series.
    stride = stride or min(even_stride(len(every), MAX_ORIGINS, seasons), int(np.bincount(every.series).max()))
    return find_origins(held_out, history, horizon, stride), stride


def even_stride(count: int, most: int, seasons: Sequence[int] = ()) -> int:
    """The least stride that leaves about `most` of `count` origins, at all phases of each season alike.

    A stride that has a divisor in common with a season would visit only some of its phases.
    """
    stride = -(-count // most)
    while stride > 1 and any(math.gcd(stride, season) > 1 for season in seasons):
        stride += 1
    return max(stride, 1)


def left_out(names: Sequence[str], held_out: Sequence[HeldOut], origins: Origins) -> LeftOut | None:
    """Which of the series of these names have no origin; None where each has one."""
    known = {held_out[number].id for number in np.unique(origins.series).tolist()}
    return LeftOut.named(tuple(name for name in names if name not in known), len(names))


def rows_before(held_out: Sequence[HeldOut], origins: Origins, count: int, extension: Extension | None = None) -> Array:
    """The `count` rows right before each origin, shape (origins, count, features), in raw units.

    With an `extension`, an origin may have fewer rows before it: they are extended as a request's are.
    """
    season = 1 if extension is None else extension.season
    pairs = zip(origins.series.tolist(), origins.rows.tolist(), strict=True)
    found = [(held_out[series].values[max(0, row - count) : row]) for series, row in pairs]
    return np.stack([rows if len(rows) == count else extended(rows, count, season) for rows in found])


def actual_values(held_out: Sequence[HeldOut], origins: Origins, horizon: int, columns: Sequence[int]) -> Array:
    """The actual values from each origin on, shape (origins, horizon, columns), in raw units."""
    pairs = zip(origins.series.tolist(), origins.rows.tolist(), strict=True)
    return np.stack([held_out[series].values[row : row + horizon, columns] for series, row in pairs])


def known_ahead(
    spec: ModelSpec, held_out: Sequence[HeldOut], origins: Origins, horizon: int
) -> NDArray[np.float32] | None:
    """What is known of the rows from each origin on, shape (origins, horizon, channels), as the network sees it.

    None where the spec takes in nothing that is.
    """
    channels = len(spec.known_of_target)
    if not channels:
        return None
    known = np.empty((len(origins), horizon, channels), np.float32)
    for series in np.unique(origins.series):
        own = origins.series == series
        known[own] = known_inputs(spec, held_out[series], origins.rows[own], horizon)
    return known
