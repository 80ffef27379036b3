"""What callers hold as a series and its times (lists, numpy, pandas, polars) as what a request holds.

pandas and polars are never imported here: who brings a series of theirs has loaded them.
"""

import sys
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, Literal, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from rollcast.client.errors import ClientError

Library = Literal["pandas", "polars"]
Time = str | date | np.datetime64  # a datetime is a date


class Convertible(Protocol):
    """A series or a frame of pandas or polars."""

    def to_numpy(self) -> NDArray[Any]:
        """Its values."""


Window = Sequence[float | None] | Sequence[Sequence[float | None]] | NDArray[Any] | Convertible
Times = Iterable[Time] | NDArray[np.datetime64] | Convertible
Values = Iterable[float | bool | str] | NDArray[Any] | Convertible


class SentWindow(NamedTuple):
    """A window as it is sent: its numbers, null where one is missing, and the times that came with it."""

    values: list[Any]
    times: list[str | date] | None = None
    library: Library | None = None


def window_of(window: Window) -> SentWindow:
    """A series as a window: numbers, or rows of them. Raises ClientError where it is none.

    NaN, None and the libraries' own nulls are values that are missing. The index of a pandas series is sent where it
    has times.
    """
    library = library_of(window)
    try:
        numbers = np.asarray(_pandas_numbers(window) if library == "pandas" else _plain(window), np.float64)
    except (TypeError, ValueError) as error:
        raise ClientError(f"a window must be numbers, or rows of as many numbers each: {error}") from error
    if numbers.ndim == 2 and numbers.shape[1] == 1:
        numbers = numbers[:, 0]
    if numbers.ndim not in (1, 2):
        raise ClientError(f"a window has one or two dimensions, not {numbers.ndim}: predict_many takes many windows")
    if np.isinf(numbers).any():
        raise ClientError("a window must hold finite numbers, or NaN where one is missing, but an infinite one came")
    values = numbers.astype(object)
    values[np.isnan(numbers)] = None
    return SentWindow(values.tolist(), _index_times(window) if library == "pandas" else None, library)


def times_of(times: Times) -> list[str | date]:
    """Times as texts and datetimes: those of a list, of numpy, or of a library's series or index."""
    plain: Any = times
    if isinstance(times, np.ndarray):
        plain = times.astype("M8[us]").tolist() if times.dtype.kind == "M" else times.tolist()
    elif library_of(times) is not None:
        plain = plain.to_list()
    return [each.astype("M8[us]").item() if isinstance(each, np.datetime64) else each for each in plain]


def time_text(time: str | date) -> str:
    """A time in ISO 8601."""
    return time if isinstance(time, str) else time.isoformat()


def zone_of(time: str | date) -> Any:
    """The time zone that a time is in; None where it has none."""
    read = datetime.fromisoformat(time) if isinstance(time, str) else time
    return read.tzinfo if isinstance(read, datetime) else None


def values_of(values: Values) -> list[Any]:
    """The values of a covariate as a list of numbers, truth values and texts."""
    plain: Any = values
    return list(plain.to_list() if library_of(values) else plain.tolist() if isinstance(values, np.ndarray) else plain)


def library_of(value: object) -> Library | None:
    """The library that a series, a frame or an index is of."""
    root = type(value).__module__.partition(".")[0]
    return "pandas" if root == "pandas" else "polars" if root == "polars" else None


def _plain(window: Any) -> Any:
    return window.to_numpy() if hasattr(window, "to_numpy") else window


def _pandas_numbers(window: Any) -> NDArray[np.float64]:
    numbers: NDArray[np.float64] = window.to_numpy(dtype=np.float64, na_value=np.nan)
    return numbers


def _index_times(window: Any) -> list[str | date] | None:
    pandas = sys.modules["pandas"]
    index = getattr(window, "index", None)
    if isinstance(index, pandas.PeriodIndex):
        index = index.to_timestamp()
    return index.to_list() if isinstance(index, pandas.DatetimeIndex) else None
