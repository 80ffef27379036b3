"""Reading one series, or many, from a CSV or Parquet file: chosen columns, every cell a finite number."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.spec.covariate import MAX_CATEGORIES, NO_COVARIATES, Covariate, Covariates
from models.timeseries.frequency import parse_frequency
from models.timeseries.month_days import Times
from training.errors import RecipeError, SeriesError
from training.extras import require_train
from training.reading.imputation import add_missing_rows, fill_empty_cells
from training.reading.long_format import check_one_series
from training.reading.row_seasons import RowSeasons, find_row_seasons
from training.reading.table import Rows, Table, read_table
from training.reading.timestamps import check_order, infer_frequency, read_times
from training.recipes.sections import PACKAGE_SCHEME, Fill, SeriesSection


@dataclass(frozen=True)
class Series:
    """Values of shape (rows, columns), oldest first, with their columns' names and where they came from.

    `source` never holds a folder of the machine that read it. `id` tells series of one source apart. `times`, shape
    (rows), are in UTC and a `frequency` apart, such as 30m. `filled_rows` counts the rows that were missing or had
    empty cells and are filled; where a network learns to do without, such values are NaN. Where rows are missing at
    regular times, such as nights, they are counted as they follow each other: `row_seasons` tells these seasons, and no
    times are known. `codes` are those of the covariates (models/inference/covariates.py), shape (at least rows,
    covariates); `covariates` has their names and categories. `seasons`, in rows, are what a model for series of any
    season is told.
    """

    values: NDArray[np.float64]
    columns: tuple[str, ...]
    source: str
    id: str = ""
    times: Times | None = None
    frequency: str | None = None
    filled_rows: int = 0
    row_seasons: RowSeasons | None = None
    codes: NDArray[np.float64] | None = None
    covariates: Covariates = NO_COVARIATES
    seasons: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        """What errors call the series."""
        return f'series "{self.id}" of {self.source}' if self.id else self.source


def with_seasons(series: Sequence[Series], seasons: tuple[int, ...]) -> tuple[Series, ...]:
    """Series with the seasons that a recipe tells of them."""
    return tuple(replace(each, seasons=seasons) for each in series)


def sha256(series: Sequence[Series]) -> str:
    """The SHA-256 of some series' values as little-endian 64-bit floats, row by row, one series after another."""
    digest = hashlib.sha256()
    for each in series:
        digest.update(np.ascontiguousarray(each.values, "<f8").tobytes())
    return digest.hexdigest()


def read_series(section: SeriesSection, table: Table | None = None) -> tuple[Series, ...]:
    """Read the columns of a recipe's CSV or Parquet file; without any named, its only numeric one.

    A `table` stands in for the file, whose path is then its name alone.

    `package://NAME/PATH` is a file inside an installed package. With `id`, the column that tells series apart, there
    is one series for each, in order of first appearance. With `time`, the column of the rows' times, these must be
    in order and a `frequency` apart, by default the most common time between rows. `fill` says what stands in for
    missing rows and empty cells; those before a series' first value and after its last one lie outside of it. Columns
    that are known ahead may go on after it.

    Raises RecipeError where no file is named; SeriesError where the file, a column or a cell is missing or no finite
    number, or where times are out of step (their rows are named); and MissingExtra.
    """
    if section.csv is None:
        raise RecipeError("the recipe names no series: give a file with --csv, or a generator with --generator")
    require_train("polars")
    # 1. The numbers of the chosen columns.
    table = read_table(section.csv) if table is None else table
    other_columns = [name for name in (section.id, section.time) if name]
    for column in (*section.column, *section.covariates, *other_columns):
        table.column(column)
    columns = section.column or (table.only_numeric([*other_columns, *section.covariates]),)
    if section.id is None and not section.one_series:
        check_one_series(table, columns, section.time)
    values = np.column_stack([table.numbers(column, empty=True) for column in columns])
    covariates, codes = _covariates(table, section)
    # 2. The rows of each series, and their times.
    groups = [_trimmed(rows, values, to_the_end=bool(covariates.future)) for rows in table.groups(section.id)]
    is_complete = section.fill == "none" and section.missing == "error"
    if is_complete:
        within = [_trimmed(rows, values) for rows in groups]
        _check_full(table, columns, within, values)
        for index, name in enumerate(covariates.names):
            where = groups if covariates.kind_of(index) == "future" else within
            _check_full(table, [name], where, codes[:, index : index + 1])
    frequency = section.frequency
    times: list[Times | None] = [None] * len(groups)
    row_seasons = None
    if section.time is not None:
        all_times = read_times(table, section.time)
        known = [all_times[rows.indexes] for rows in groups]
        for rows, series_times in zip(groups, known, strict=True):
            check_order(rows, series_times)
        frequency = frequency or infer_frequency(known)
        times = [*known]
        if section.frequency is None and is_complete and frequency is not None:
            row_seasons = find_row_seasons(max(known, key=len), parse_frequency(frequency))
            if row_seasons is not None:
                times, frequency = [None] * len(groups), None
    # 3. The series, with every row and every cell.
    source = section.csv if section.csv.startswith(PACKAGE_SCHEME) else Path(section.csv).name
    return tuple(
        _filled(
            rows,
            Series(
                values[rows.indexes],
                columns,
                source,
                rows.id,
                series_times,
                frequency,
                row_seasons=row_seasons,
                codes=codes[rows.indexes] if covariates.all else None,
                covariates=covariates,
            ),
            section,
        )
        for rows, series_times in zip(groups, times, strict=True)
    )


def _covariates(table: Table, section: SeriesSection) -> tuple[Covariates, NDArray[np.float64]]:
    """Covariates, not scaled yet, and their codes of shape (rows, covariates). Raises SeriesError."""
    read = {name: table.codes(name) for name in section.covariates}
    for name, (_, categories) in read.items():
        if len(categories) > MAX_CATEGORIES:
            raise SeriesError(
                f'{table.path}: column "{name}" has {len(categories)} different texts; a covariate has at most '
                f"{MAX_CATEGORIES}: is one of its numbers no number?"
            )
    kinds = (
        tuple(Covariate(name=name, categories=read[name][1]) for name in names)
        for names in (section.future, section.past, section.static)
    )
    return Covariates(*kinds), np.stack([codes for codes, _ in read.values()], axis=-1) if read else np.empty((0, 0))


def _trimmed(rows: Rows, values: NDArray[np.float64], *, to_the_end: bool = False) -> Rows:
    """A series' rows from the first with a value to the last, or to the end. Raises SeriesError where none has."""
    known = np.flatnonzero(~np.isnan(values[rows.indexes]).all(axis=1))
    if not len(known):
        who = f'series "{rows.id}"' if rows.id else "the series"
        raise SeriesError(f"{rows.table.path}: {who} has no value in any row: leave it out, or choose another --column")
    return rows._replace(indexes=rows.indexes[known[0] : None if to_the_end else known[-1] + 1])


def _check_full(table: Table, columns: Sequence[str], groups: Sequence[Rows], values: NDArray[np.float64]) -> None:
    """Raise SeriesError at the first empty cell of a column, within the rows of the series."""
    inside = np.zeros(len(values), np.bool_)
    for rows in groups:
        inside[rows.indexes] = True
    for column, cells in zip(columns, values.T, strict=True):
        empty = inside & np.isnan(cells)
        if empty.any():
            table.refuse_cells(column, empty)


def _filled(rows: Rows, series: Series, section: SeriesSection) -> Series:
    """The series with its missing rows and empty cells filled, cut to its last value; what is known ahead may go on.

    Where a network learns to do without values, they stay empty, and covariates are filled from those before.
    """
    masked = section.missing == "mask"
    fill: Fill = "previous" if masked else section.fill
    times, values, codes = series.times, series.values, series.codes
    columns = values.shape[1]
    if times is not None and series.frequency is not None:
        together = values if codes is None else np.concatenate([values, codes], axis=1)
        times, together = add_missing_rows(rows, times, together, series.frequency, fill)
        values, codes = together[:, :columns], None if codes is None else together[:, columns:]
    last = int(np.flatnonzero(~np.isnan(values).all(axis=1))[-1]) + 1
    values, times = values[:last], None if times is None else times[:last]
    empty_rows = int(np.isnan(values).any(axis=1).sum())
    if empty_rows and not masked:
        values = fill_empty_cells(rows, values, series.columns, fill)
    if codes is not None:
        codes = np.stack([_full_codes(rows, series, codes, index, last, fill) for index in range(codes.shape[1])], -1)
    return replace(series, values=values, times=times, codes=codes, filled_rows=0 if masked else empty_rows)


def _full_codes(
    rows: Rows, series: Series, codes: NDArray[np.float64], index: int, last: int, fill: Fill
) -> NDArray[np.float64]:
    """A covariate's codes in each row; of the past what is not known any more stays as it was. Raises SeriesError."""
    covariate, kind, column = series.covariates.all[index], series.covariates.kind_of(index), codes[:, index]
    if kind == "static":
        known = np.unique(column[~np.isnan(column)])
        if len(known) != 1:
            problem = f"changes within {series.name}" if len(known) else f"is empty in {series.name}"
            raise SeriesError(f'column "{covariate.name}" {problem}; a static one has one value for each series')
        return np.full(len(column), known[0])
    if kind == "past":
        column = column[:last]
    if np.isnan(column).any():
        # A category is no number between its neighbours.
        filled_by: Fill = "previous" if covariate.categories else fill
        column = fill_empty_cells(rows, column[:, None], (covariate.name,), filled_by)[:, 0]
    return np.pad(column, (0, len(codes) - len(column)), mode="edge")
