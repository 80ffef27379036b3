"""The times of a series' rows: reading them, checking their order, finding how far apart they are."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

import numpy as np
from numpy.typing import NDArray

from models.timeseries.frequency import Frequency, parse_frequency
from models.timeseries.month_days import Times, month_positions
from models.timeseries.spacing import most_common
from training.errors import SeriesError
from training.reading.table import Rows, Table
from training.reading.time_formats import EXAMPLES, parse_time

_ZERO = np.timedelta64(0, "us")


def read_times(table: Table, column: str) -> Times:
    """A column's times, shape (rows), in microseconds and UTC; those without an offset are in UTC already.

    They are written in one of the ways of time_formats.py. Raises SeriesError at the first cell that is no such time of
    the years 2 to 9998.
    """
    return np.array([_read(cell, table, row, column) for row, cell in enumerate(table.column(column))], "M8[us]")


def _read(cell: object, table: Table, row: int, column: str) -> datetime:
    try:
        # A Parquet file may hold dates and times as such.
        time = datetime.fromisoformat(cell.isoformat()) if isinstance(cell, date) else parse_time(str(cell).strip())
        if not 2 <= time.year <= 9998:
            raise ValueError("TimeIndex counts in those years only")
        return time if time.tzinfo is None else time.astimezone(UTC).replace(tzinfo=None)
    except ValueError as error:
        problem = "is empty" if cell is None else f"is {str(cell)[:40]!r}"
        raise SeriesError(
            f'{table.path}: {table.row_name(row)} of column "{column}" {problem}; every row must have its time, '
            f"such as {EXAMPLES}"
        ) from error


def check_order(rows: Rows, times: Times) -> None:
    """Raise SeriesError unless each of a series' times, shape (rows), is later than the one before it."""
    steps = np.diff(times)
    backward, repeated = np.flatnonzero(steps < _ZERO), np.flatnonzero(steps == _ZERO)
    hint = "" if rows.id else " (rows of several series need the column that tells them apart: name it with --id)"
    if len(backward):
        row = int(backward[0]) + 1
        raise SeriesError(
            f"{rows.location(row)} has the time {format_time(times[row])}, but {rows.row_name(row - 1)} before it "
            f"{format_time(times[row - 1])}{and_more(len(backward))}; rows must go from the oldest to the newest: "
            f"sort them by their time{hint}"
        )
    if len(repeated):
        row = int(repeated[0]) + 1
        raise SeriesError(
            f"{rows.location(row)} has the time {format_time(times[row])} of {rows.row_name(row - 1)} once more"
            f"{and_more(len(repeated))}; each time must come once: drop or merge such rows{hint}"
        )


def infer_frequency(times: Sequence[Times]) -> str | None:
    """The most common time between rows, as polars writes it, from the times of each series.

    It is counted in months where most rows lie on the same day of the month as the row before, or both on the last.
    None where no series has two rows. Raises SeriesError where it is too long for a frequency.
    """
    steps = np.concatenate([np.diff(each).astype(np.int64) for each in times])
    if not len(steps):
        return None
    months = np.concatenate([_month_steps(each) for each in times])
    by_month = len(months) > len(steps) / 2
    text = str(Frequency(most_common(months), 0) if by_month else Frequency(0, most_common(steps)))
    try:
        parse_frequency(text)
    except ValueError as error:
        raise SeriesError(
            f"most rows are {text} apart, but {error}: say with frequency how far they should be"
        ) from error
    return text


def _month_steps(times: Times) -> NDArray[np.int64]:
    """The months between rows and those before them, for rows on the same day of the month and at the same time."""
    position = month_positions(times)
    steps = np.diff(position.month)
    same_day = (position.day[1:] == position.day[:-1]) | (position.is_last[1:] & position.is_last[:-1])
    same_time = position.time_of_day[1:] == position.time_of_day[:-1]
    return np.asarray(steps[same_day & same_time & (steps > 0)])


def format_time(time: np.datetime64) -> str:
    """A time in UTC as errors show it: 2012-01-31T13:30Z."""
    text = np.datetime_as_string(time, unit="us" if time != time.astype("M8[m]") else "m")
    return f"{text}Z"


def and_more(count: int) -> str:
    """What an error adds where more rows have the same problem as the one that it names."""
    return f", and {count - 1} more like it" if count > 1 else ""
