"""Telling a file of many series from a file of one: in the former, times come again for each series."""

from typing import TYPE_CHECKING

import numpy as np

from training.errors import SeriesError
from training.reading.table import Table, is_number
from training.reading.time_formats import parse_time

if TYPE_CHECKING:
    import polars


def check_one_series(table: Table, columns: tuple[str, ...], time: str | None) -> None:
    """Raise SeriesError where a file that is read as one series, from some columns, seems to hold several.

    It does where a column of times has some of them more than once, and another column tells such rows apart: a text,
    or anything where the times begin anew.
    """
    others = [name for name in table.cells.columns if name not in columns]
    times = [time] if time else [name for name in others if _is_time(table.cells[name])]
    for at in times:
        cells = table.cells[at]
        if cells.n_unique() == len(cells):
            continue
        for name in others:
            if name == at or _is_time(table.cells[name]) or not _tells_apart(table, at, name):
                continue
            raise SeriesError(
                f'{table.path} seems to hold {table.cells[name].n_unique()} series, which the column "{name}" tells '
                f'apart: the times in "{at}" come once for each. Add --id "{name}" --time "{at}"; if its rows are one '
                "series all the same, add --one-series"
            )


def _is_time(cells: "polars.Series") -> bool:
    """Whether a column's first cell is a time; a number is one in a column of years alone."""
    known = cells.drop_nulls()
    if not len(known):
        return False
    text = str(known[0]).strip()
    if is_number(text):
        return cells.name.lower() in ("year", "years")
    try:
        parse_time(text)
    except ValueError:
        return False
    return True


def _tells_apart(table: Table, at: str, name: str) -> bool:
    """Whether no two rows have the same time and the same value of a column, of which several rows share each."""
    cells = table.cells[name]
    distinct = cells.n_unique()
    if not 2 <= distinct <= len(cells) // 2 or cells.null_count():
        return False
    if table.cells.select(at, name).n_unique() < len(cells):
        return False
    begins = np.flatnonzero((cells != cells.shift(1)).fill_null(value=True).to_numpy())
    return len(begins) == distinct or not is_number(str(cells[0]))
