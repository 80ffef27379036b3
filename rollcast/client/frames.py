"""Columns of a forecast as a frame of pandas or polars, which are imported here and not before."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rollcast.client.errors import ClientError
from rollcast.client.series import Library

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

Columns = Mapping[str, NDArray[np.float64]]


def usual_library() -> Library:
    """The library that is installed, pandas first."""
    return "polars" if find_spec("pandas") is None and find_spec("polars") is not None else "pandas"


def pandas_frame(columns: Columns, timestamps: Sequence[datetime] | None) -> "pd.DataFrame":
    """A row for each step; its index are the timestamps, else steps from 1. Raises ClientError without pandas."""
    pandas = _imported("pandas")
    if timestamps is None:
        index = pandas.RangeIndex(1, 1 + len(next(iter(columns.values()))), name="step")
    else:
        index = pandas.DatetimeIndex(timestamps, name="timestamp")
    frame: pd.DataFrame = pandas.DataFrame(dict(columns), index=index)
    return frame


def polars_frame(columns: Columns, timestamps: Sequence[datetime] | None) -> "pl.DataFrame":
    """A row for each step, from 1, with its timestamp where there are any. Raises ClientError without polars."""
    polars = _imported("polars")
    steps = range(1, 1 + len(next(iter(columns.values()))))
    first = {"step": steps} if timestamps is None else {"step": steps, "timestamp": _polars_times(polars, timestamps)}
    frame: pl.DataFrame = polars.DataFrame({**first, **columns})
    return frame


def _polars_times(polars: Any, timestamps: Sequence[datetime]) -> Any:
    """A column of times. polars knows zones by their names: times of a mere offset are told in UTC."""
    zone = timestamps[0].tzinfo
    if zone is None:
        return polars.Series(timestamps, dtype=polars.Datetime("us"))
    in_utc = [time.astimezone(UTC).replace(tzinfo=None) for time in timestamps]
    name = getattr(zone, "key", None) or getattr(zone, "zone", None) or "UTC"  # of zoneinfo, of pytz
    times = polars.Series(in_utc, dtype=polars.Datetime("us"))
    return times.dt.replace_time_zone("UTC").dt.convert_time_zone(name)


def _imported(library: Library) -> Any:
    try:
        return import_module(library)
    except ModuleNotFoundError as error:
        raise ClientError(f"{library} must be installed for this: pip install {library}") from error
