"""A CSV or Parquet file as a table: its cells as numbers, its rows by series, and names of rows for errors."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, NoReturn

import numpy as np
from numpy.typing import NDArray

from models.text import did_you_mean
from training.errors import MissingExtra, SeriesError
from training.recipes.sections import PACKAGE_SCHEME

if TYPE_CHECKING:
    import polars

TRUTH = {"true", "false"}


@dataclass(frozen=True)
class Table:
    """A file's cells: texts of a CSV, without blank lines at the end, or the types of a Parquet file.

    `path` is as it was given. `first_line` is the line number of the first row; None where rows are no lines.
    """

    cells: "polars.DataFrame"
    path: str
    first_line: int | None

    def column(self, name: str) -> "polars.Series":
        """A column's cells. Raises SeriesError where there is no such column."""
        if name not in self.cells.columns:
            raise SeriesError(f'{self.path} has no column "{name}"{did_you_mean(name, self.cells.columns)}')
        return self.cells[name]

    def row_name(self, index: int) -> str:
        """What errors call a row: row 3 (line 4)."""
        return f"row {index + 1}" + ("" if self.first_line is None else f" (line {index + self.first_line})")

    def only_numeric(self, others: Sequence[str]) -> str:
        """The only column besides `others` whose first cell is a number.

        Only the first cell is looked at, so that a bad one further down is reported as such. Raises SeriesError where
        there is no such column, or more than one.
        """
        columns = [column for column in self.cells.columns if column not in others]
        named = ", ".join(columns)
        if any(is_number(column) for column in columns):
            raise SeriesError(f"the first line of {self.path} must name the columns, but it reads {named}")
        numeric = [column for column in columns if _cast(self.cells[column].head(1)).is_not_null().all()]
        if len(numeric) != 1:
            count = "several numeric columns" if numeric else "no numeric column"
            raise SeriesError(f"{self.path} has {count}; choose with --column among {named}")
        return numeric[0]

    def numbers(self, name: str, *, empty: bool = False) -> NDArray[np.float64]:
        """A column's numbers; with `empty`, cells may be empty and are NaN.

        Raises SeriesError at the first cell that is no finite number.
        """
        cells = _without_na(self.column(name))
        numbers = _cast(cells)
        bad = ~numbers.is_finite().fill_null(value=False)
        if empty:
            bad &= cells.is_not_null()
        if bad.any():
            self.refuse_cells(name, bad.to_numpy())
        return np.array(numbers.to_numpy(), np.float64)

    def codes(self, name: str) -> tuple[NDArray[np.float64], tuple[str, ...]]:
        """A covariate's cells as numbers, NaN where they are empty, and its categories where they are texts.

        Truth values are 1 and 0. Other texts are the indexes of their categories, which are in alphabetical order.
        """
        import polars

        cells = _without_na(self.column(name))
        if cells.dtype == polars.Boolean or set(cells.drop_nulls().cast(polars.String).str.to_lowercase()) <= TRUTH:
            truth = cells.cast(polars.String).str.to_lowercase() == "true"
            return np.array(truth.cast(polars.Float64).to_numpy(), np.float64), ()
        numbers = _cast(cells)
        if not (numbers.is_null() & cells.is_not_null()).any():
            return np.array(numbers.to_numpy(), np.float64), ()
        texts = cells.cast(polars.String).str.strip_chars()
        categories = sorted(texts.drop_nulls().unique().to_list())
        indexes = {category: float(index) for index, category in enumerate(categories)}
        return np.array([indexes.get(text, np.nan) for text in texts], np.float64), tuple(categories)

    def refuse_cells(self, name: str, bad: NDArray[np.bool_]) -> NoReturn:
        """Raise SeriesError of a column's cells that are no numbers, at the first of them; `bad` has shape (rows)."""
        cells, row = _without_na(self.cells[name]), int(np.argmax(bad))
        if cells[row] is None:
            problem = "is empty"
            advice = "drop or fill such rows first (training can: --fill previous or --fill linear)"
        else:
            problem, advice = f"is {str(cells[row])[:40]!r}", "fill or drop such rows first"
        more = f", as are {bad.sum() - 1} more" if bad.sum() > 1 else ""
        raise SeriesError(
            f'{self.path}: {self.row_name(row)} of column "{name}" {problem}{more}; every cell must be a finite '
            f"number: {advice}"
        )

    def groups(self, name: str | None) -> "list[Rows]":
        """The rows of each value of a column, in order of first appearance; without a column, all of them.

        Raises SeriesError where a cell is empty.
        """
        if name is None:
            return [Rows(self, np.arange(self.cells.height))]
        ids = [None if cell is None else str(cell).strip() for cell in self.column(name)]
        if not all(ids):
            row = self.row_name([bool(id_) for id_ in ids].index(False))
            raise SeriesError(f'{self.path}: {row} of column "{name}" is empty; every row must name its series')
        names, first, series = np.unique(np.array(ids), return_index=True, return_inverse=True)
        by_series = np.split(np.argsort(series, kind="stable"), np.cumsum(np.bincount(series))[:-1])
        return [Rows(self, by_series[index], str(names[index])) for index in np.argsort(first)]


class Rows(NamedTuple):
    """The rows of one series in a table: their indexes there, and the series' id."""

    table: Table
    indexes: NDArray[np.intp]
    id: str = ""

    def row_name(self, index: int) -> str:
        """What errors call one of them: row 3 (line 4)."""
        return self.table.row_name(int(self.indexes[index]))

    def location(self, index: int) -> str:
        """The same with the file and the series: load.csv: row 3 (line 4) of "A"."""
        return f"{self.table.path}: {self.row_name(index)}" + (f' of "{self.id}"' if self.id else "")


def locate_file(path: str) -> Path:
    """The file of a path; package://NAME/PATH is a file inside an installed package. Raises MissingExtra."""
    if not path.startswith(PACKAGE_SCHEME):
        return Path(path)
    package, _, inside = path.removeprefix(PACKAGE_SCHEME).partition("/")
    spec = find_spec(package) if package.isidentifier() else None
    if spec is None or not spec.submodule_search_locations:
        raise MissingExtra(
            f"{path} lies in the package {package}, which is not installed: pip install 'rollcast[examples]'"
        )
    return Path(spec.submodule_search_locations[0]) / inside


def read_table(path: str) -> Table:
    """Read a file that has at least one row. Raises SeriesError and MissingExtra."""
    file = locate_file(path)
    is_csv = file.suffix.lower() != ".parquet"
    cells = _cells(file, path, is_csv=is_csv)
    if not cells.height:
        raise SeriesError(f"{path} has no rows below its header; a series needs some hundred")
    return Table(cells, path, 2 if is_csv else None)


def _cells(file: Path, path: str, *, is_csv: bool) -> "polars.DataFrame":
    import polars

    if not file.is_file():
        raise SeriesError(f"{path} is not there, or not a file; give a CSV or Parquet file")
    try:
        if not is_csv:
            return polars.read_parquet(file)
        # As texts, so that a cell that is no number can be shown with its row.
        cells = polars.read_csv(file, infer_schema=False)
    except polars.exceptions.NoDataError as error:
        raise SeriesError(f"{path} is empty; its first line must name the columns") from error
    except (polars.exceptions.PolarsError, OSError) as error:
        reason = str(error).splitlines()[0]
        raise SeriesError(
            f"{path} can't be read: {reason}; columns are separated by commas, decimals by points"
        ) from error
    if cells.width == 1 and (other := re.search("[;\t|]", cells.columns[0])):
        raise SeriesError(f"{path} seems to be separated by {other[0]!r}; only commas are read")
    # Blank lines at the end are no rows.
    has_values = cells.select(polars.any_horizontal(polars.all().is_not_null())).to_series()
    return cells.head(int(has_values.arg_true()[-1]) + 1) if has_values.any() else cells.clear()


def _without_na(cells: "polars.Series") -> "polars.Series":
    """Cells of which those that read NA, as statistics packages write it, are empty."""
    import polars

    return cells.replace("NA", None) if cells.dtype == polars.String else cells


def _cast(cells: "polars.Series") -> "polars.Series":
    """Cells as 64-bit floats, null where they are no numbers."""
    import polars

    if cells.dtype == polars.String:
        cells = cells.str.strip_chars()
    if cells.dtype != polars.String and not cells.dtype.is_numeric():
        return polars.Series(cells.name, [None] * len(cells), dtype=polars.Float64)
    return cells.cast(polars.Float64, strict=False)


def is_number(text: str) -> bool:
    """Whether a text reads as a number."""
    try:
        float(text)
    except ValueError:
        return False
    return True
