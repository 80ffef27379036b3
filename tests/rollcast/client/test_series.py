"""Series as callers hold them, and what is sent of them."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import polars as pl
import pytest

from rollcast.client.errors import ClientError
from rollcast.client.series import time_text, times_of, values_of, window_of, zone_of

NAN = float("nan")


@pytest.mark.parametrize(
    "series",
    [
        [1.0, None, 3.0],
        (1, NAN, 3),
        np.array([1, NAN, 3], np.float32),
        pd.Series([1, None, 3], dtype="Int64"),
        pl.Series([1, None, 3]),
        pl.Series([1.0, NAN, 3.0]),
        np.array([[1.0], [NAN], [3.0]]),
    ],
    ids=lambda series: type(series).__name__,
)
def test_missing_values_are_null_however_they_come(series: Any) -> None:
    assert window_of(series).values == [1.0, None, 3.0]


@pytest.mark.parametrize("frame", [pd.DataFrame({"a": [1, 2], "b": [3, 4]}), pl.DataFrame({"a": [1, 2], "b": [3, 4]})])
def test_a_frame_is_a_window_of_rows(frame: Any) -> None:
    assert window_of(frame).values == [[1.0, 3.0], [2.0, 4.0]]


@pytest.mark.parametrize(
    ("series", "message"),
    [
        ([1.0, "two"], "must be numbers"),
        ([[1.0, 2.0], [3.0]], "must be numbers"),
        ([1.0, float("inf")], "finite"),
        (np.zeros((2, 2, 2)), "predict_many"),
        (3.0, "one or two dimensions"),
    ],
)
def test_what_is_no_window_is_told(series: Any, message: str) -> None:
    with pytest.raises(ClientError, match=message):
        window_of(series)


def test_the_index_of_a_pandas_series_is_sent_where_it_has_times() -> None:
    days = pd.Series([1.0, 2.0], index=pd.date_range("2024-01-31", periods=2, freq="D", tz="Australia/Melbourne"))
    months = pd.Series([1.0, 2.0], index=pd.period_range("2024-01", periods=2, freq="M"))
    assert [time_text(time) for time in window_of(days).times or ()] == [
        "2024-01-31T00:00:00+11:00",
        "2024-02-01T00:00:00+11:00",
    ]
    assert [time_text(time) for time in window_of(months).times or ()] == ["2024-01-01T00:00:00", "2024-02-01T00:00:00"]
    assert window_of(pd.Series([1.0, 2.0])).times is None


@pytest.mark.parametrize(
    "times",
    [
        ["2024-01-01T00:00:00", datetime(2024, 1, 2)],
        np.array(["2024-01-01", "2024-01-02"], "M8[ns]"),
        [np.datetime64("2024-01-01"), np.datetime64("2024-01-02T00:00:00")],
        pd.date_range("2024-01-01", periods=2),
        pl.Series([datetime(2024, 1, 1), datetime(2024, 1, 2)]),
    ],
    ids=lambda times: type(times).__name__,
)
def test_times_come_in_many_forms(times: Any) -> None:
    assert [time_text(time)[:10] for time in times_of(times)] == ["2024-01-01", "2024-01-02"]


@pytest.mark.parametrize(
    ("time", "zone"),
    [
        ("2024-01-01", None),
        ("2024-01-01T00:00Z", UTC),
        (date(2024, 1, 1), None),
        (datetime(2024, 1, 1, tzinfo=ZoneInfo("Asia/Tokyo")), ZoneInfo("Asia/Tokyo")),
    ],
)
def test_times_tell_their_zone(time: Any, zone: Any) -> None:
    assert zone_of(time) == zone


@pytest.mark.parametrize("values", [["a", "b"], np.array(["a", "b"]), pd.Series(["a", "b"]), pl.Series(["a", "b"])])
def test_covariates_may_be_texts(values: Any) -> None:
    assert values_of(values) == ["a", "b"]
