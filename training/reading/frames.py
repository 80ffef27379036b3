"""What a Python program holds as a series (pandas, polars, numpy, lists) as a table, as if it had been read."""

import sys
from typing import TYPE_CHECKING, Any

import numpy as np

from training.errors import SeriesError
from training.extras import require_train
from training.reading.table import Table

if TYPE_CHECKING:
    import polars

VALUE, TIME = "value", "time"  # the names of a column and of an index that have none


def table_of(data: object) -> Table:
    """The rows of a frame or a series of pandas or polars, or of an array or a list of numbers.

    An array of shape (rows) is the column `value`, one of shape (rows, columns) has `value_1` and so on. An index of
    pandas that has times is a column as well, `time` unless it has a name. NaN is an empty cell, and times are in UTC.
    Raises SeriesError where the data are nothing of this or have no row, and MissingExtra without polars.
    """
    require_train("polars")
    import polars

    library = type(data).__module__.partition(".")[0]
    if isinstance(data, polars.DataFrame | polars.Series):
        title, cells = "the polars frame", _of_polars(data)
    elif library == "pandas":
        title, cells = "the pandas frame", _of_pandas(data)
    else:
        title, cells = "the array", _of_numbers(data)
    if not cells.height:
        raise SeriesError(f"{title} has no rows; a series needs some hundred")
    return Table(cells.with_columns(polars.selectors.float().fill_nan(None)), title, None)


def time_index(data: object) -> str | None:
    """The name of the column that an index of pandas becomes; None where it has no times, or there is none."""
    pandas: Any = sys.modules.get("pandas")
    index = getattr(data, "index", None)
    if pandas is None or not isinstance(index, pandas.DatetimeIndex | pandas.PeriodIndex):
        return None
    return TIME if index.name is None else str(index.name)


def _of_polars(data: "polars.DataFrame | polars.Series") -> "polars.DataFrame":
    import polars

    return data if isinstance(data, polars.DataFrame) else data.alias(data.name or VALUE).to_frame()


def _of_numbers(data: object) -> "polars.DataFrame":
    import polars

    try:
        numbers = np.asarray(data, np.float64)
    except (TypeError, ValueError) as error:
        raise SeriesError(
            f"a series must be a frame of pandas or polars, or numbers, but {type(data).__name__} came: {error}"
        ) from error
    if numbers.ndim not in (1, 2):
        raise SeriesError(f"a series has the shape (rows) or (rows, columns), not {numbers.shape}")
    if numbers.ndim == 1:
        return polars.DataFrame({VALUE: numbers})
    return polars.DataFrame({f"{VALUE}_{number}": column for number, column in enumerate(numbers.T, start=1)})


def _of_pandas(data: Any) -> "polars.DataFrame":
    """The columns one by one: polars' own way to read a frame of pandas takes pyarrow."""
    import polars

    pandas: Any = sys.modules["pandas"]
    frame = data if isinstance(data, pandas.DataFrame) else data.to_frame(VALUE if data.name is None else data.name)
    columns = [(str(name), frame.iloc[:, place]) for place, name in enumerate(frame.columns)]
    index = time_index(frame)
    if index is not None:
        columns.insert(0, (index, frame.index.to_series()))
    names = [name for name, _ in columns]
    if len(set(names)) < len(names):
        raise SeriesError(f"the pandas frame and its index must name each column once, not {', '.join(names)}")
    return polars.DataFrame([_cells(name, column) for name, column in columns])


def _cells(name: str, column: Any) -> "polars.Series":
    """A column of pandas: times and numbers as such, truth values, and all else as texts."""
    import polars

    types: Any = sys.modules["pandas"].api.types
    if isinstance(column.dtype, sys.modules["pandas"].PeriodDtype):
        column = column.dt.to_timestamp()
    if types.is_datetime64_any_dtype(column.dtype):
        in_utc = column if column.dt.tz is None else column.dt.tz_convert("UTC").dt.tz_localize(None)
        return polars.Series(name, in_utc.to_numpy("M8[us]"))
    if types.is_numeric_dtype(column.dtype) and not types.is_bool_dtype(column.dtype):
        return polars.Series(name, column.to_numpy(np.float64, na_value=np.nan))
    known = column.notna().to_list()
    if types.is_bool_dtype(column.dtype):
        return polars.Series(name, _kept(column, known), polars.Boolean)
    return polars.Series(name, [None if cell is None else str(cell) for cell in _kept(column, known)], polars.String)


def _kept(column: Any, known: list[bool]) -> list[Any]:
    return [cell if there else None for cell, there in zip(column.to_list(), known, strict=True)]
