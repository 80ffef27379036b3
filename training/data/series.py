"""Reading one series, or many, from a CSV or Parquet file: chosen columns, every cell a finite number."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.timeseries.month_days import Times
from training.data.imputation import filled, with_every_row
from training.data.table import Rows, read_table
from training.data.timestamps import check_order, infer_frequency, read_times
from training.extras import require_train
from training.recipes.sections import PACKAGE_SCHEME, Fill


@dataclass(frozen=True)
class Series:
    """Values of shape (rows, columns), oldest first, with their columns' names and where they came from.

    `source` never holds a folder of the machine that read it. `id` tells series of one source apart. `times`, shape
    (rows), are in UTC and a `frequency` apart, such as 30m. `filled` rows were missing, or had empty cells.
    """

    values: NDArray[np.float64]
    columns: tuple[str, ...]
    source: str
    id: str = ""
    times: Times | None = None
    frequency: str | None = None
    filled: int = 0

    @property
    def name(self) -> str:
        """What errors call the series."""
        return f'series "{self.id}" of {self.source}' if self.id else self.source


def sha256(series: Sequence[Series]) -> str:
    """The SHA-256 of some series' values as little-endian 64-bit floats, row by row, one series after another."""
    digest = hashlib.sha256()
    for each in series:
        digest.update(np.ascontiguousarray(each.values, "<f8").tobytes())
    return digest.hexdigest()


def read_series(
    path: str,
    columns: Sequence[str] = (),
    *,
    id: str | None = None,  # noqa: A002 (the recipe's word)
    time: str | None = None,
    frequency: str | None = None,
    fill: Fill = "none",
) -> tuple[Series, ...]:
    """Read columns of a CSV or Parquet file; without any named, its only numeric one.

    `package://NAME/PATH` is a file inside an installed package. With `id`, the column that tells series apart, there
    is one series for each, in order of first appearance. With `time`, the column of the rows' times, these must be
    in order and a `frequency` apart, by default the most common time between rows. `fill` says what stands in for
    missing rows and empty cells.

    Raises SeriesError where the file, a column or a cell is missing or no finite number, or where times are out of
    step (their rows are named), and MissingExtra.
    """
    require_train("polars")
    table = read_table(path)
    for column in columns:
        table.column(column)
    chosen = tuple(columns) or (table.only_numeric([name for name in (id, time) if name]),)
    source = path if path.startswith(PACKAGE_SCHEME) else Path(path).name
    values = np.column_stack([table.numbers(column, empty=fill != "none") for column in chosen])
    groups = table.groups(id)
    times: list[Times | None] = [None] * len(groups)
    if time is not None:
        all_times = read_times(table, time)
        known = [all_times[rows.places] for rows in groups]
        for rows, its_times in zip(groups, known, strict=True):
            check_order(rows, its_times)
        frequency = frequency or infer_frequency(known)
        times = [*known]
    return tuple(
        _series(rows, values[rows.places], its_times, chosen, source, frequency, fill)
        for rows, its_times in zip(groups, times, strict=True)
    )


def _series(
    rows: Rows,
    values: NDArray[np.float64],
    times: Times | None,
    columns: tuple[str, ...],
    source: str,
    frequency: str | None,
    fill: Fill,
) -> Series:
    if times is not None and frequency is not None:
        times, values = with_every_row(rows, times, values, frequency, fill)
    empty = int(np.isnan(values).any(axis=1).sum())
    if empty:
        values = filled(rows, values, columns, fill)
    return Series(values, columns, source, rows.id, times, frequency, empty)
