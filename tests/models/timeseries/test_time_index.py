"""Frequencies, the times around an end, and local clocks, against times that a calendar on the wall shows."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import InvalidRequest
from models.timeseries.time_index import (
    MICROSECONDS,
    Frequency,
    TimeIndex,
    check_timezone,
    local_clock,
    parse_frequency,
)


def times(*texts: str) -> np.ndarray[tuple[int, ...], np.dtype[np.datetime64]]:
    return np.array(texts, "M8[us]")


def around(end: str, frequency: str, *steps: int) -> list[str]:
    axis = TimeIndex(datetime.fromisoformat(end), parse_frequency(frequency))
    return [str(time.astype("M8[s]")) for time in axis.at(np.array(steps))]


@pytest.mark.parametrize(
    ("text", "frequency"),
    [
        ("30m", Frequency(0, 1_800_000_000)),
        ("1h30m", Frequency(0, 5_400_000_000)),
        ("1d", Frequency(0, 86_400_000_000)),
        ("1w", Frequency(0, 604_800_000_000)),
        ("10us", Frequency(0, 10)),
        ("10ms", Frequency(0, 10_000)),
        ("1mo", Frequency(1, 0)),
        ("1q", Frequency(3, 0)),
        ("1y6mo", Frequency(18, 0)),
        ("1000y", Frequency(12_000, 0)),
    ],
)
def test_durations_are_read_as_polars_writes_them(text: str, frequency: Frequency) -> None:
    assert parse_frequency(text) == frequency


@pytest.mark.parametrize(
    "text",
    ["", "m", "30", "30 m", "-30m", "1.5h", "30M", "0m", "0mo", "1mo1d", "1h30", "1mon", "1d\n", "٣m", "1us" * 30],
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a frequency is a duration such as 30m, 1h"):
        parse_frequency(text)


@pytest.mark.parametrize("text", ["1001y", "999999999w", "366001d"])
def test_a_thousand_years_are_enough(text: str) -> None:
    with pytest.raises(ValueError, match="a thousand years at most"):
        parse_frequency(text)


@pytest.mark.parametrize(
    "text", ["30m", "90m", "1h", "25h", "1d", "1w", "8d", "1us", "1001ms", "1mo", "1q", "7mo", "2y"]
)
def test_a_frequency_is_written_in_the_largest_unit_that_goes_into_it(text: str) -> None:
    assert str(parse_frequency(text)) == text
    assert str(parse_frequency("1h30m")) == "90m"
    assert str(parse_frequency("6mo")) == "2q"


def test_timezones_have_their_iana_names() -> None:
    assert check_timezone("Australia/Melbourne") == "Australia/Melbourne"
    for name in ("Melbourne", "../etc/passwd", "/etc/localtime", "a" * 300, "", "Europe", "a\0b"):
        with pytest.raises(ValueError, match="a timezone is an IANA name"):
            check_timezone(name)


def test_equal_steps_are_counted_from_the_end_both_ways() -> None:
    assert around("2024-02-29T23:30:00", "30m", -1, 0, 1, 2) == [
        "2024-02-29T23:00:00",
        "2024-02-29T23:30:00",
        "2024-03-01T00:00:00",
        "2024-03-01T00:30:00",
    ]


def test_an_offset_is_taken_off() -> None:
    assert around("2024-03-01T08:00:00+10:30", "1d", 0, 1) == ["2024-02-29T21:30:00", "2024-03-01T21:30:00"]


@pytest.mark.parametrize(
    ("end", "frequency", "expected"),
    [
        ("2024-01-15", "1mo", ["2023-11-15", "2023-12-15", "2024-01-15", "2024-02-15", "2024-03-15"]),
        ("2024-05-30", "1mo", ["2024-03-30", "2024-04-30", "2024-05-30", "2024-06-30", "2024-07-30"]),
        ("2024-03-30", "1mo", ["2024-01-30", "2024-02-29", "2024-03-30", "2024-04-30", "2024-05-30"]),
        ("2023-03-30", "1mo", ["2023-01-30", "2023-02-28", "2023-03-30", "2023-04-30", "2023-05-30"]),
        # Where the end is a month's last day, they all are.
        ("2024-02-29", "1mo", ["2023-12-31", "2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30"]),
        ("2023-06-30", "1q", ["2022-12-31", "2023-03-31", "2023-06-30", "2023-09-30", "2023-12-31"]),
        ("2024-02-29", "1y", ["2022-02-28", "2023-02-28", "2024-02-29", "2025-02-28", "2026-02-28"]),
        ("1970-01-01", "1mo", ["1969-11-01", "1969-12-01", "1970-01-01", "1970-02-01", "1970-03-01"]),
        ("1900-03-01", "1y", ["1898-03-01", "1899-03-01", "1900-03-01", "1901-03-01", "1902-03-01"]),
    ],
)
def test_months_keep_their_day_where_they_have_it(end: str, frequency: str, expected: list[str]) -> None:
    assert [time[:10] for time in around(end, frequency, -2, -1, 0, 1, 2)] == expected


@pytest.mark.parametrize(
    ("end", "day", "expected"),
    [
        ("2024-02-29", 30, ["2023-12-30", "2024-01-30", "2024-02-29", "2024-03-30", "2024-04-30"]),
        ("2024-02-29", 29, ["2023-12-29", "2024-01-29", "2024-02-29", "2024-03-29", "2024-04-29"]),
        ("2024-02-29", 31, ["2023-12-31", "2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30"]),
    ],
)
def test_a_day_of_the_month_may_be_told_where_the_end_does_not(end: str, day: int, expected: list[str]) -> None:
    axis = TimeIndex(datetime.fromisoformat(end), parse_frequency("1mo"), day)
    assert [str(time)[:10] for time in axis.at(np.arange(-2, 3))] == expected


def test_months_are_counted_by_the_ends_own_clock() -> None:
    # 1 March in Melbourne is still February in UTC.
    assert around("2024-03-01T00:00:00+11:00", "1mo", 0, 1) == ["2024-02-29T13:00:00", "2024-03-31T13:00:00"]


def test_a_month_keeps_the_time_of_day() -> None:
    axis = TimeIndex(datetime(2024, 1, 31, 12, 34, 56, 789), parse_frequency("1mo"))
    assert axis.ahead(1) == ["2024-02-29T12:34:56.000789+00:00"]


def test_times_ahead_keep_the_ends_offset() -> None:
    assert TimeIndex(datetime(2024, 1, 1, 23, tzinfo=timezone(timedelta(hours=-3))), parse_frequency("1h")).ahead(
        2
    ) == [
        "2024-01-02T00:00:00-03:00",
        "2024-01-02T01:00:00-03:00",
    ]
    assert TimeIndex(datetime(2024, 1, 1, 23), parse_frequency("1h")).ahead(1) == ["2024-01-02T00:00:00+00:00"]


@pytest.mark.parametrize(
    ("end", "frequency", "steps"),
    [
        ("0001-01-01", "1d", [0]),
        ("0001-12-31T23:59:59.999999", "1us", [0]),
        ("0002-01-01", "1d", [-1]),
        ("0002-01-01", "1mo", [-1]),
        ("0002-01-01T00:00:00+14:00", "1d", [0]),
        ("9999-12-31", "1d", [0]),
        ("9999-12-31T23:59:59-23:59", "1mo", [1]),
        ("9998-12-31", "1d", [1]),
        ("9998-12-01", "1mo", [1]),
        ("2024-01-01", "1000y", [10_000]),
        ("2024-01-01", "1000y", [-10_000, 0]),
        ("2024-01-01", "366000d", [10_000_000]),
        ("2024-01-01", "366000d", [2**62]),
        ("2024-01-01", "1us", [2**62]),
    ],
)
def test_years_that_clocks_do_not_have_are_refused(end: str, frequency: str, steps: list[int]) -> None:
    axis = TimeIndex(datetime.fromisoformat(end), parse_frequency(frequency))
    with pytest.raises(InvalidRequest, match="must lie in the years 2 to 9998") as caught:
        axis.at(np.array(steps))
    assert caught.value.location == ("end",)


def test_the_first_and_the_last_year_that_are_told() -> None:
    assert around("0002-01-01", "1d", 0, 1) == ["0002-01-01T00:00:00", "0002-01-02T00:00:00"]
    assert TimeIndex(datetime(9998, 12, 30), parse_frequency("1d")).ahead(1) == ["9998-12-31T00:00:00+00:00"]
    with pytest.raises(InvalidRequest, match="the years 2 to 9998"):
        TimeIndex(datetime(9998, 12, 30), parse_frequency("1d")).ahead(2)
    for zone in ("Pacific/Kiritimati", "America/Adak", "Australia/Lord_Howe"):
        local_clock(times("0002-01-01T00:00", "9998-12-31T23:59:59.999999"), zone)


@settings(deadline=None, derandomize=True, database=None)
@given(st.datetimes(datetime(3, 1, 1), datetime(9000, 1, 1)), st.sampled_from(sorted(MICROSECONDS)), st.integers(-9, 9))
def test_equal_steps_are_pythons_own(end: datetime, unit: str, steps: int) -> None:
    (came,) = TimeIndex(end, parse_frequency(f"2{unit}")).at(np.array([steps])).astype(datetime)
    assert came == end + timedelta(microseconds=2 * steps * MICROSECONDS[unit])


MELBOURNE = [
    ("2024-04-06T15:59", "2024-04-07T02:59"),  # the last minute of summer time
    ("2024-04-06T16:00", "2024-04-07T02:00"),  # an hour comes twice
    ("2024-10-05T15:59", "2024-10-06T01:59"),
    ("2024-10-05T16:00", "2024-10-06T03:00"),  # an hour is left out
    ("2024-01-01T00:00", "2024-01-01T11:00"),
    ("2024-07-01T00:00", "2024-07-01T10:00"),
]
LORD_HOWE = [
    ("2024-04-06T14:59", "2024-04-07T01:59"),  # half an hour comes twice
    ("2024-04-06T15:00", "2024-04-07T01:30"),
    ("2024-10-05T15:29", "2024-10-06T01:59"),
    ("2024-10-05T15:30", "2024-10-06T02:30"),
]


@pytest.mark.parametrize(("zone", "pairs"), [("Australia/Melbourne", MELBOURNE), ("Australia/Lord_Howe", LORD_HOWE)])
def test_clocks_are_put_forward_and_back(zone: str, pairs: list[tuple[str, str]]) -> None:
    utc, local = zip(*pairs, strict=True)
    assert local_clock(times(*utc), zone).tolist() == times(*local).tolist()


def test_utc_and_times_of_any_shape() -> None:
    grid = times("2024-01-01T00:00", "2024-07-01T00:00", "2024-04-06T15:59", "2024-04-06T16:00").reshape(2, 2)
    assert local_clock(grid, "UTC") is grid
    expected = times("2024-01-01T11:00", "2024-07-01T10:00", "2024-04-07T02:59", "2024-04-07T02:00")
    assert local_clock(grid, "Australia/Melbourne").tolist() == expected.reshape(2, 2).tolist()


@settings(deadline=None, derandomize=True, database=None)
@given(
    st.lists(st.datetimes(datetime(1850, 1, 1), datetime(2200, 1, 1)), min_size=1, max_size=20),
    st.sampled_from(
        ["Australia/Melbourne", "Australia/Lord_Howe", "Europe/Dublin", "America/St_Johns", "Africa/Casablanca"]
    ),
)
def test_clocks_are_pythons_own(utc: list[datetime], zone: str) -> None:
    expected = [time.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) for time in utc]
    assert local_clock(np.array(utc, "M8[us]"), zone).astype(datetime).tolist() == expected
