"""Answers as arrays, datetimes and frames."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import polars as pl
import pytest

from rollcast.client import frames
from rollcast.client.errors import ClientError
from rollcast.client.forecast import Forecast, forecasts_of
from rollcast.client.request import Source

MELBOURNE = ZoneInfo("Australia/Melbourne")
CONTENT: dict[str, Any] = {
    "model": "demand",
    "version": 2,
    "predictions": [1.0, 2.0],
    "timestamps": ["2024-01-31T23:00:00+11:00", "2024-02-01T00:00:00+11:00"],
    "intervals": {"80": {"lower": [0.5, 1.0], "upper": [1.5, 3.0]}, "97.5": {"lower": [0, 0], "upper": [9, 9]}},
    "paths": [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]],
    "warnings": ["mind it"],
}


def one(content: dict[str, Any] = CONTENT, **source: Any) -> Forecast:
    return forecasts_of(content, [Source(**source)], many=False)[0]


def test_an_answer_is_arrays_by_level_and_path() -> None:
    forecast = one()
    assert (forecast.model, forecast.version, forecast.warnings) == ("demand", 2, ("mind it",))
    assert forecast.predictions.tolist() == [1.0, 2.0]
    assert forecast.intervals[80].upper.tolist() == [1.5, 3.0]
    assert forecast.intervals[97.5].lower.tolist() == [0, 0]
    assert forecast.paths is not None
    assert forecast.paths.shape == (3, 2)


def test_many_series_are_a_list() -> None:
    content = {
        "model": "m",
        "version": 1,
        "predictions": [[1.0], [2.0]],
        "timestamps": [["2024-01-01"], ["2025-01-01"]],
    }
    found = forecasts_of(content, [Source(), Source()], many=True)
    assert [each.predictions.tolist() for each in found] == [[1.0], [2.0]]
    assert [each.timestamps for each in found] == [[datetime(2024, 1, 1)], [datetime(2025, 1, 1)]]


@pytest.mark.parametrize(
    ("last_time", "expected"),
    [
        ("2024-01-31T22:00", datetime(2024, 1, 31, 23)),
        ("2024-01-31T22:00+11:00", datetime(2024, 1, 31, 23, tzinfo=timezone(timedelta(hours=11)))),
        (datetime(2024, 1, 31, 22, tzinfo=MELBOURNE), datetime(2024, 1, 31, 23, tzinfo=MELBOURNE)),
    ],
)
def test_times_are_as_those_of_the_series_were(last_time: Any, expected: datetime) -> None:
    timestamps = one(last_time=last_time).timestamps
    assert timestamps is not None
    assert timestamps[0] == expected
    assert timestamps[0].tzinfo == expected.tzinfo


def test_a_frame_of_pandas_has_times_as_its_index() -> None:
    last = pd.Timestamp("2024-01-31T22:00", tz="Australia/Melbourne")
    frame: Any = one(last_time=last, library="pandas").to_frame()
    assert isinstance(frame, pd.DataFrame)
    assert list(frame) == ["prediction", "lower_80", "upper_80", "lower_97.5", "upper_97.5"]
    assert frame.index.equals(pd.date_range("2024-01-31T23:00", periods=2, freq="h", tz="Australia/Melbourne"))
    assert frame["upper_80"].tolist() == [1.5, 3.0]


def test_a_frame_of_polars_has_times_in_their_zone() -> None:
    frame: Any = one(last_time=datetime(2024, 1, 31, 22, tzinfo=MELBOURNE), library="polars").to_frame()
    assert isinstance(frame, pl.DataFrame)
    assert frame.columns[:3] == ["step", "timestamp", "prediction"]
    assert frame["timestamp"].dtype == pl.Datetime("us", "Australia/Melbourne")
    assert frame["timestamp"].to_list()[1] == datetime(2024, 2, 1, tzinfo=MELBOURNE)
    assert one(last_time="2024-01-31").to_polars()["timestamp"].to_list()[0] == datetime(2024, 1, 31, 23)
    offset = one(last_time="2024-01-31T22:00+11:00").to_polars()["timestamp"]
    assert offset.to_list()[0] == datetime(2024, 1, 31, 12, tzinfo=UTC)


def test_without_times_steps_are_counted_and_targets_numbered() -> None:
    forecast = one({"model": "pair", "version": 1, "predictions": [[1.0, 10.0], [2.0, 20.0]]})
    assert forecast.to_pandas().index.tolist() == [1, 2]
    assert forecast.to_polars().to_dict(as_series=False) == {
        "step": [1, 2],
        "prediction_1": [1.0, 2.0],
        "prediction_2": [10.0, 20.0],
    }


def test_a_library_that_is_missing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> Any:
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(frames, "import_module", missing)
    monkeypatch.setattr(frames, "find_spec", lambda name: None if name == "pandas" else object())
    with pytest.raises(ClientError, match="pip install polars"):
        one().to_frame()
    with pytest.raises(ClientError, match="pip install pandas"):
        one().to_pandas()


@pytest.mark.parametrize("content", [{}, {"model": "m", "version": 1, "predictions": ["x"]}])
def test_an_answer_of_something_else_is_told(content: dict[str, Any]) -> None:
    with pytest.raises(ClientError, match="no forecast of rollcast"):
        one(content)


def test_arrays_are_of_doubles() -> None:
    assert one({"model": "m", "version": 1, "predictions": [1]}).predictions.dtype == np.float64


def test_the_season_that_was_found() -> None:
    content: dict[str, Any] = {"model": "m", "version": 1, "predictions": [[1.0]] * 3, "season": [12, None, [24, 168]]}
    assert [each.season for each in forecasts_of(content, [Source()] * 3, many=True)] == [12, None, (24, 168)]
    one = {"model": "m", "version": 1, "predictions": [1.0]}
    assert forecasts_of(one, [Source()], many=False)[0].season is None
    assert forecasts_of({**one, "season": 7}, [Source()], many=False)[0].season == 7
