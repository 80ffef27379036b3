"""Rows that are missing and cells that are empty: found, and refused or filled as the recipe says."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.timeseries.frequency import Frequency, parse_frequency
from models.timeseries.month_days import LAST_DAY, Times, month_positions
from models.timeseries.spacing import most_common
from models.timeseries.time_index import TimeIndex
from training.errors import SeriesError
from training.reading.table import Rows
from training.reading.timestamps import and_more, format_time
from training.recipes.sections import Fill

Array = NDArray[np.float64]


class Grid(NamedTuple):
    """The times at which rows are expected: one every `step` months or microseconds.

    They are counted on `time_index`, whose values are one month or microsecond apart, from the `first` one on.
    """

    time_index: TimeIndex
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
        """How many steps after the first the times lie; a time between two steps has the position of the earlier."""
        counted = month_positions(times).month if self.time_index.frequency.months else times.astype(np.int64)
        return (counted - self.first) // self.step

    def at(self, positions: NDArray[np.int64]) -> Times:
        """The times at these positions."""
        return self.time_index.at(self.first + positions * self.step)


def add_missing_rows(rows: Rows, times: Times, values: Array, frequency: str, fill: Fill) -> tuple[Times, Array]:
    """A series' times and values, shape (rows, columns), with rows of NaN where rows were missing.

    Raises SeriesError where times lie between the frequency's steps, and where rows are missing and not to be filled,
    or more rows than there are.
    """
    # 1. All times must lie on the grid.
    grid = Grid.of(times, parse_frequency(frequency))
    positions = grid.positions(times)
    off_grid = np.flatnonzero(grid.at(positions) != times)
    if len(off_grid):
        row = int(off_grid[0])
        nearest = " or ".join(format_time(time) for time in grid.at(positions[row] + np.arange(2)))
        raise SeriesError(
            f"{rows.location(row)} has the time {format_time(times[row])}{and_more(len(off_grid))}; with values "
            f"{frequency} apart {nearest} was expected: move or drop such rows, or say with frequency how far apart "
            "values are"
        )
    # 2. Rows may be missing if they are to be filled, unless most of them are.
    missing = np.diff(positions) - 1
    if not missing.any():
        return times, values
    row, count = int(np.argmax(missing > 0)), int(missing.sum())
    in_all = f", {count} in all" if count > missing[row] else ""
    problem = (
        f"{rows.location(row)} has the time {format_time(times[row])} and {rows.row_name(row + 1)} "
        f"{format_time(times[row + 1])}; with values {frequency} apart, {missing[row]} between them are missing{in_all}"
    )
    if fill == "none":
        raise SeriesError(f"{problem}: bring or fill them (training can: --fill previous or --fill linear)")
    if count > len(times):
        raise SeriesError(f"{problem}: more than the {len(times)} rows that came, too many to be filled")
    # 3. Empty rows stand in for them.
    complete = np.full((positions[-1] - positions[0] + 1, values.shape[1]), np.nan)
    complete[positions - positions[0]] = values
    return grid.at(np.arange(positions[0], positions[-1] + 1)), complete


def fill_empty_cells(rows: Rows, values: Array, columns: tuple[str, ...], fill: Fill) -> Array:
    """Values of shape (rows, columns) with each NaN filled from values before it, for `linear` also after it.

    Raises SeriesError where there is no value to fill from.
    """
    filled = values.copy()
    indexes = np.arange(len(values))
    for column, known, cells in zip(columns, ~np.isnan(values).T, filled.T, strict=True):
        for end, side in ((0, "before"), (-1, "after")):
            if not known[end] and (side == "before" or fill == "linear"):
                raise SeriesError(
                    f'{rows.location(end)} has an empty cell in column "{column}" and no value {side} it to fill it '
                    "from: drop such rows"
                )
        if fill == "linear":
            cells[:] = np.interp(indexes, indexes[known], cells[known])
        else:
            cells[:] = cells[np.maximum.accumulate(np.where(known, indexes, 0))]
    return filled
