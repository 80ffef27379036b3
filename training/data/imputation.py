"""Rows that are missing and cells that are empty: found, and refused or filled as the recipe says."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.timeseries.frequency import Frequency, parse_frequency
from models.timeseries.month_days import LAST_DAY, Times, month_positions
from models.timeseries.spacing import most_common
from models.timeseries.time_index import TimeIndex
from training.data.table import Rows
from training.data.timestamps import and_more, format_time
from training.errors import SeriesError
from training.recipes.sections import Fill

Array = NDArray[np.float64]


class Grid(NamedTuple):
    """Where rows are expected: each `step` months or microseconds, from `first` of them after the index's end on."""

    time_index: TimeIndex  # of single months or microseconds
    first: int
    step: int

    @classmethod
    def of(cls, times: Times, frequency: Frequency) -> "Grid":
        """The grid that most of a series' times lie on."""
        if not frequency.months:
            first = most_common(times.astype(np.int64) % frequency.microseconds)
            return cls(TimeIndex(datetime(1970, 1, 1, tzinfo=UTC), Frequency(0, 1)), first, frequency.microseconds)
        position = month_positions(times)
        day = LAST_DAY if position.is_last.mean() > 1 / 2 else most_common(position.day)
        january = datetime(1970, 1, day, tzinfo=UTC) + timedelta(microseconds=most_common(position.time_of_day))
        first = most_common(position.month % frequency.months)
        return cls(TimeIndex(january, Frequency(1, 0), day), first, frequency.months)

    def positions(self, times: Times) -> NDArray[np.int64]:
        """How many steps after the first the times lie; those between two steps count with the former."""
        counted = month_positions(times).month if self.time_index.frequency.months else times.astype(np.int64)
        return (counted - self.first) // self.step

    def at(self, positions: NDArray[np.int64]) -> Times:
        """The times at these positions."""
        return self.time_index.at(self.first + positions * self.step)


def with_every_row(rows: Rows, times: Times, values: Array, frequency: str, fill: Fill) -> tuple[Times, Array]:
    """A series' times and values, shape (rows, columns), with rows of NaN where some were missing.

    Raises SeriesError where times lie between the frequency's steps, and where rows are missing and not to be filled,
    or more than those that came.
    """
    grid = Grid.of(times, parse_frequency(frequency))
    positions = grid.positions(times)
    off = np.flatnonzero(grid.at(positions) != times)
    if len(off):
        row = int(off[0])
        did_you_mean = " or ".join(format_time(time) for time in grid.at(positions[row] + np.arange(2)))
        raise SeriesError(
            f"{rows.at(row)} has the time {format_time(times[row])}{and_more(len(off))}; with values {frequency} apart "
            f"{did_you_mean} was expected: move or drop such rows, or say with frequency how far apart values are"
        )
    missing = np.diff(positions) - 1
    if not missing.any():
        return times, values
    row, count = int(np.argmax(missing > 0)), int(missing.sum())
    after = f", {count} in all" if count > missing[row] else ""
    came = (
        f"{rows.at(row)} has the time {format_time(times[row])} and {rows.row(row + 1)} {format_time(times[row + 1])}; "
        f"with values {frequency} apart, {missing[row]} between them are missing{after}"
    )
    if fill == "none":
        raise SeriesError(f"{came}: bring or fill them (training can: --fill previous or --fill linear)")
    if count > len(times):
        raise SeriesError(f"{came}: more than the {len(times)} rows that came, too many to be filled")
    whole = np.full((positions[-1] - positions[0] + 1, values.shape[1]), np.nan)
    whole[positions - positions[0]] = values
    return grid.at(np.arange(positions[0], positions[-1] + 1)), whole


def filled(rows: Rows, values: Array, columns: tuple[str, ...], fill: Fill) -> Array:
    """Values of shape (rows, columns) with each NaN filled from values before it, for `linear` also after it.

    Raises SeriesError where there is no value to fill from.
    """
    whole = values.copy()
    places = np.arange(len(values))
    for column, known, cells in zip(columns, ~np.isnan(values).T, whole.T, strict=True):
        for end, side in ((0, "before"), (-1, "after")):
            if not known[end] and (side == "before" or fill == "linear"):
                raise SeriesError(
                    f'{rows.at(end)} has an empty cell in column "{column}" and no value {side} it to fill it from: '
                    "drop such rows"
                )
        if fill == "linear":
            cells[:] = np.interp(places, places[known], cells[known])
        else:
            cells[:] = cells[np.maximum.accumulate(np.where(known, places, 0))]
    return whole
