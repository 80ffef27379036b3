"""A request's times, read into time indexes, and where their faults lie in the request."""

from typing import Any

import pytest

from models.errors import InvalidRequest
from models.spec.model_spec import ModelSpec
from models.timeseries.frequency import parse_frequency
from models.timeseries.time_index import TimeIndex
from service.forecasting import prepare, times_location
from service.routes.predict import forecast_request, location_in
from service.schemas.predict import PredictRequest
from tests.support.constant import constant
from tests.support.tiny import tiny_spec

FREE = tiny_spec()  # four values, and no frequency of its own
HALF_HOURS = tiny_spec(frequency="30m")
WINDOW = [1.0, 2.0, 3.0, 4.0]
TIMES = ["2024-01-01T00:00", "2024-01-01T00:30", "2024-01-01T01:00", "2024-01-01T01:30"]


def request(**fields: Any) -> PredictRequest:
    return PredictRequest.model_validate(fields if "windows" in fields else {"window": WINDOW, **fields})


def time_indexes(spec: ModelSpec = FREE, **fields: Any) -> list[TimeIndex] | None:
    asked = forecast_request(request(**fields))
    pairs = zip(asked.windows, asked.times or (), strict=True)
    return None if asked.times is None else [times.time_index(len(window), spec) for window, times in pairs]


def ahead(spec: ModelSpec = FREE, **fields: Any) -> list[list[str]] | None:
    """Each window's times ahead, with errors as the route raises them."""
    asked = request(**fields)
    try:
        return prepare(forecast_request(asked), constant(0.0, spec)).timestamps
    except InvalidRequest as error:
        raise error.at(location_in(asked, error.location)) from None


def test_no_times_are_no_time_indexes() -> None:
    assert time_indexes() is None


@pytest.mark.parametrize(
    ("spec", "fields"),
    [
        (FREE, {"timestamps": TIMES}),
        (FREE, {"timestamps": TIMES, "freq": "30m"}),
        (FREE, {"end": TIMES[-1], "freq": "30m"}),
        (HALF_HOURS, {"end": TIMES[-1]}),
        (HALF_HOURS, {"end": "2024-01-01 01:30:00Z", "freq": "1800s"}),
        (FREE, {"window": [0.0, *WINDOW], "timestamps": ["1999-12-31", *TIMES]}),  # the model does not see the oldest
    ],
)
def test_timestamps_or_an_end_with_a_frequency_say_the_same(spec: ModelSpec, fields: dict[str, Any]) -> None:
    assert ahead(spec, **fields) == [["2024-01-01T02:00:00+00:00"]]


def test_an_offset_is_kept() -> None:
    assert ahead(end="2024-01-01T01:30+11:00", freq="30m") == [["2024-01-01T02:00:00+11:00"]]


def test_the_last_of_a_month_is_followed_by_the_last_of_the_next() -> None:
    assert ahead(end="2024-04-30", freq="1mo") == [["2024-05-31T00:00:00+00:00"]]


def test_a_single_timestamp_takes_the_frequency_that_is_sent_or_the_models() -> None:
    one = tiny_spec(window=1, frequency="30m")
    fields = {"window": [1.0], "timestamps": TIMES[:1]}
    assert ahead(one, **fields) == [["2024-01-01T00:30:00+00:00"]]
    assert ahead(tiny_spec(window=1), **fields, freq="1h") == [["2024-01-01T01:00:00+00:00"]]


def test_two_timestamps_tell_the_frequency_of_a_model_that_sees_one_value() -> None:
    fields = {"window": [1.0, 2.0], "timestamps": TIMES[:2]}
    assert ahead(tiny_spec(window=1), **fields) == [["2024-01-01T01:00:00+00:00"]]


@pytest.mark.parametrize(
    "fields",
    [
        {"end": ["2024-01-01", "2025-01-01"], "freq": "1d"},
        {"end": ["2024-01-01", "2025-01-01"], "freq": ["1d", "24h"]},
        {"timestamps": [[f"{year - 1}-12-{day}" for day in (29, 30, 31)] + [f"{year}-01-01"] for year in (2024, 2025)]},
    ],
)
def test_many_windows_bring_times_of_each(fields: dict[str, Any]) -> None:
    found = ahead(windows=[WINDOW, WINDOW], **fields)
    assert found == [["2024-01-02T00:00:00+00:00"], ["2025-01-02T00:00:00+00:00"]]


BAD: dict[str, tuple[dict[str, Any], tuple[str | int, ...], str]] = {
    "both": ({"timestamps": TIMES, "end": TIMES[-1]}, ("timestamps",), "send either timestamps"),
    "freq alone": ({"freq": "1d"}, ("freq",), "freq came without a time: send end"),
    "no freq": ({"end": "2024-01-01"}, ("freq",), "one time needs freq, the time between values, such as 30m"),
    "one timestamp": ({"window": [1.0], "timestamps": ["2024-01-01"]}, ("freq",), "one time needs freq"),
    "no duration": ({"end": "2024-01-01", "freq": "daily"}, ("freq",), "a frequency is a duration such as 30m"),
    "nothing": ({"end": "2024-01-01", "freq": ""}, ("freq",), "a frequency is a duration"),
    "none": ({"end": "2024-01-01", "freq": "0d"}, ("freq",), "a frequency is a duration"),
    "text": ({"end": "yesterday", "freq": "1d"}, ("end",), "expected a date or a time that exists, in ISO 8601"),
    "seconds": ({"end": "1704067200", "freq": "1d"}, ("end",), "expected a date or a time"),
    "no such day": ({"end": "2023-02-29", "freq": "1d"}, ("end",), "a date or a time that exists"),
    "in timestamps": ({"timestamps": [*TIMES[:3], "2024-02-30"]}, ("timestamps", 3), "that exists"),
    "too few": ({"timestamps": TIMES[1:]}, ("timestamps",), "expected one for each of the window's 4 values, but 3"),
    "too many": ({"timestamps": [*TIMES, *TIMES]}, ("timestamps",), "but 8 came"),
    "no timestamps": ({"window": [], "timestamps": []}, ("timestamps",), "but 0 came"),
    "out of order": ({"timestamps": TIMES[::-1]}, ("timestamps", 1), "expected a later time than the one before it"),
    "twice": ({"timestamps": [*TIMES[:3], TIMES[2]]}, ("timestamps", 3), "expected a later time"),
    "uneven": ({"timestamps": [*TIMES[:3], "2024-01-01T03:00"]}, ("timestamps", 3), "30m after the one before it"),
    "not as far apart as said": ({"timestamps": TIMES, "freq": "1h"}, ("timestamps", 1), "1h after the one before it"),
    "uneven in a longer window": (
        {"window": [0.0, *WINDOW], "timestamps": ["1999-12-31", *TIMES[:3], "2025-01-01"]},
        ("timestamps", 4),
        "30m after the one before it",
    ),
    "a list of ends": ({"end": ["2024-01-01"], "freq": "1d"}, ("end",), "expected text with window, but a list of"),
    "a list of freqs": ({"end": "2024-01-01", "freq": ["1d"]}, ("freq",), "expected text with window, but a list of"),
    "lists of timestamps": ({"timestamps": [TIMES]}, ("timestamps",), "expected a list of texts with window, but a"),
    "a past year": ({"end": "0001-01-01", "freq": "1d"}, ("end",), "must lie in the years 2 to 9998"),
    "beyond the years": ({"end": "9998-12-31", "freq": "1d"}, ("end",), "must lie in the years 2 to 9998"),
    "far beyond": ({"end": "2024-01-01", "freq": "1000y", "horizon": 10_000}, ("end",), "the years 2 to 9998"),
    "timestamps beyond": (
        {"timestamps": ["9998-12-28", "9998-12-29", "9998-12-30", "9998-12-31"]},
        ("timestamps",),
        "years",
    ),
}
MANY: dict[str, tuple[dict[str, Any], tuple[str | int, ...], str]] = {
    "one end": ({"end": "2024-01-01", "freq": "1d"}, ("end",), "expected a list of texts with windows, but text came"),
    "one list": ({"timestamps": TIMES}, ("timestamps",), "expected a list of lists of texts with windows, but a list"),
    "nothing": ({"timestamps": []}, ("timestamps",), "expected a list of lists of texts with windows"),
    "too few": ({"end": ["2024-01-01"], "freq": "1d"}, ("end",), "expected one for each of the 2 windows, but 1 came"),
    "too many freqs": ({"end": ["2024-01-01"] * 2, "freq": ["1d"] * 3}, ("freq",), "of the 2 windows, but 3 came"),
    "a bad end": ({"end": ["2024-01-01", "2024"], "freq": "1d"}, ("end", 1), "in ISO 8601"),
    "a bad freq": ({"end": ["2024-01-01"] * 2, "freq": ["1d", "1"]}, ("freq", 1), "a frequency is a duration"),
    "a bad freq for all": ({"end": ["2024-01-01"] * 2, "freq": "1"}, ("freq",), "a frequency is a duration"),
    "a bad timestamp": ({"timestamps": [TIMES, [*TIMES[:3], "x"]]}, ("timestamps", 1, 3), "in ISO 8601"),
    "beyond the years": ({"end": ["2024-01-01", "9998-12-31"], "freq": "1d"}, ("end", 1), "in the years 2 to 9998"),
    "a list too short": ({"timestamps": [TIMES, TIMES[1:]]}, ("timestamps", 1), "the window's 4 values, but 3 came"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_times_are_explained_with_their_place(case: str) -> None:
    fields, location, message = BAD[case]
    with pytest.raises(InvalidRequest, match=message) as raised:
        ahead(**fields)
    assert raised.value.location == location


@pytest.mark.parametrize("case", MANY)
def test_bad_times_of_many_windows_likewise(case: str) -> None:
    fields, location, message = MANY[case]
    with pytest.raises(InvalidRequest, match=message) as raised:
        ahead(windows=[WINDOW, WINDOW], **fields)
    assert raised.value.location == location


@pytest.mark.parametrize(
    ("fields", "found", "told"),
    [
        ({"end": "2024-01-01", "freq": "1h"}, ("freq", 0), ("freq",)),
        ({"timestamps": TIMES}, ("freq", 0), ("timestamps",)),
        ({"timestamps": TIMES}, ("end", 0), ("timestamps",)),
        ({"windows": [WINDOW] * 2, "end": TIMES[:2], "freq": "1h"}, ("freq", 1), ("freq",)),
        ({"windows": [WINDOW] * 2, "end": TIMES[:2], "freq": ["30m", "1h"]}, ("freq", 1), ("freq", 1)),
        ({"windows": [WINDOW] * 2, "timestamps": [TIMES] * 2}, ("freq", 1), ("timestamps", 1)),
        ({"windows": [WINDOW] * 2, "timestamps": [TIMES] * 2}, ("end", 1), ("timestamps", 1)),
        ({}, ("timestamps",), ("timestamps",)),
        ({}, (), ()),
    ],
)
def test_a_fault_that_the_forecaster_finds_lies_where_times_were_sent(
    fields: dict[str, Any], found: tuple[str | int, ...], told: tuple[str | int, ...]
) -> None:
    asked = request(**fields)
    assert location_in(asked, times_location(forecast_request(asked), found)) == told


@pytest.mark.parametrize(
    ("fields", "location", "told"),
    [
        ({}, ("windows", 0, 3), ("window", 3)),
        ({}, ("windows",), ("window",)),
        ({"windows": [WINDOW] * 2}, ("windows", 1, 3), ("windows", 1, 3)),
        ({"windows": [WINDOW] * 2}, ("windows",), ("windows",)),
        ({}, ("horizon",), ("horizon",)),
    ],
)
def test_a_fault_of_a_window_lies_where_it_was_sent(
    fields: dict[str, Any], location: tuple[str | int, ...], told: tuple[str | int, ...]
) -> None:
    assert location_in(request(**fields), location) == told


def test_a_frequency_is_read_as_polars_writes_it() -> None:
    found = time_indexes(end="2024-01-01", freq="1h30m")
    assert found is not None
    assert found[0].frequency == parse_frequency("90m")
