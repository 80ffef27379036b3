"""Frames, arrays and lists as tables: the cells that a file would have had."""

from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from training.errors import SeriesError
from training.reading.frames import table_of, time_index
from training.reading.series import Series, read_series
from training.recipes.sections import SeriesSection

NAN = float("nan")
HOURS = ["2024-01-01T00", "2024-01-01T01", "2024-01-01T02"]


def read(data: Any, **values: Any) -> tuple[Series, ...]:
    table = table_of(data)
    return read_series(SeriesSection(csv=table.path, **values), table)


@pytest.mark.parametrize(
    ("data", "column"),
    [
        ([1, None, 3.0], "value"),
        (np.array([1, NAN, 3], np.float32), "value"),
        (pd.Series([1, None, 3], dtype="Int64"), "value"),
        (pd.Series([1.0, NAN, 3.0], name="load"), "load"),
        (pl.Series([1.0, NAN, 3.0]), "value"),
        (pl.Series("load", [1, None, 3]), "load"),
        (pd.DataFrame({"load": ["1", None, "3"]}), "load"),
        (pl.DataFrame({"load": ["1", "NA", "3"]}), "load"),
    ],
    ids=lambda data: type(data).__name__,
)
def test_a_column_of_numbers_however_it_comes(data: Any, column: str) -> None:
    (series,) = read(data, fill="linear")
    assert (series.columns, series.values.tolist(), series.filled_rows) == ((column,), [[1], [2], [3]], 1)


def test_an_array_s_columns_are_numbered() -> None:
    (series,) = read(np.array([[1.0, 2.0], [3.0, 4.0]]), column=["value_2", "value_1"])
    assert series.values.tolist() == [[2, 1], [4, 3]]
    assert series.source == "the array"


@pytest.mark.parametrize(
    "times",
    [
        pd.to_datetime(HOURS),
        pd.to_datetime(HOURS).tz_localize("UTC").tz_convert("Australia/Melbourne"),
        pd.PeriodIndex(HOURS, freq="h"),
        HOURS,
        pd.Categorical(HOURS),
    ],
    ids=["naive", "zoned", "periods", "texts", "categories"],
)
def test_times_of_pandas_are_in_utc(times: Any) -> None:
    (series,) = read(pd.DataFrame({"at": times, "load": [1, 2, 3]}), column=["load"], time="at")
    assert series.times is not None
    assert (series.times.tolist()[2], series.frequency) == (datetime(2024, 1, 1, 2), "1h")


def test_times_of_polars_are_in_utc() -> None:
    hours = pl.datetime_range(datetime(2024, 1, 1), datetime(2024, 1, 1, 2), "1h", time_zone="UTC", eager=True)
    zoned = hours.dt.convert_time_zone("Europe/Berlin")
    (series,) = read(pl.DataFrame({"at": zoned, "load": [1, 2, 3]}), column=["load"], time="at")
    assert series.times is not None
    assert series.times.tolist()[0] == datetime(2024, 1, 1)


def test_an_index_with_times_is_a_column() -> None:
    index = pd.date_range("2024-01-01", periods=3, freq="D")
    unnamed, named = pd.Series([1, 2, 3], index=index), pd.DataFrame({"load": [1, 2, 3]}, index=index.rename("day"))
    assert (time_index(unnamed), time_index(named), time_index([1])) == ("time", "day", None)
    assert time_index(pd.Series([1, 2])) is None
    assert [read(data, time=time_index(data))[0].frequency for data in (unnamed, named)] == ["1d", "1d"]


def test_covariates_keep_their_kinds() -> None:
    for frame in (pd.DataFrame, pl.DataFrame):
        data = frame({"load": [1, 2, 3], "open": [True, False, True], "kind": ["b", "a", "b"]})
        (series,) = read(data, column=["load"], future=["open", "kind"])
        assert series.codes is not None
        assert series.codes.tolist() == [[1, 1], [0, 0], [1, 1]]
        assert series.covariates.future[1].categories == ("a", "b")
    truth = table_of(pd.DataFrame({"open": pd.array([True, None, False], dtype="boolean")})).cells["open"]
    assert truth.to_list() == [True, None, False]


def test_an_error_names_the_frame_and_the_row() -> None:
    with pytest.raises(SeriesError, match='the pandas frame: row 2 of column "load" is empty'):
        read(pd.DataFrame({"load": [1, NAN, 3]}))
    with pytest.raises(SeriesError, match=r"the polars frame: row 1 of .* 'inf'"):
        read(pl.DataFrame({"load": [float("inf"), 1.0]}))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("load.csv", "must be a frame of pandas or polars, or numbers, but str came"),
        (np.zeros((2, 2, 2)), r"not \(2, 2, 2\)"),
        ([], "the array has no rows"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "name each column once, not a, a"),
        (pd.DataFrame({"time": [1]}, index=pd.to_datetime(["2024"])), "name each column once, not time, time"),
    ],
)
def test_what_is_no_series_is_told(data: Any, message: str) -> None:
    with pytest.raises(SeriesError, match=message):
        table_of(data)
