"""The times around an end, against times that a calendar on the wall shows."""

from datetime import datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import InvalidRequest
from models.timeseries.frequency import MICROSECONDS, parse_frequency
from models.timeseries.local_time import local_clock
from models.timeseries.time_index import TimeIndex


def times(*texts: str) -> np.ndarray[tuple[int, ...], np.dtype[np.datetime64]]:
    return np.array(texts, "M8[us]")


def around(end: str, frequency: str, *steps: int) -> list[str]:
    time_index = TimeIndex(datetime.fromisoformat(end), parse_frequency(frequency))
    return [str(time.astype("M8[s]")) for time in time_index.at(np.array(steps))]


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
    time_index = TimeIndex(datetime.fromisoformat(end), parse_frequency("1mo"), day)
    assert [str(time)[:10] for time in time_index.at(np.arange(-2, 3))] == expected


def test_months_are_counted_by_the_ends_own_clock() -> None:
    # 1 March in Melbourne is still February in UTC.
    assert around("2024-03-01T00:00:00+11:00", "1mo", 0, 1) == ["2024-02-29T13:00:00", "2024-03-31T13:00:00"]


def test_a_month_keeps_the_time_of_day() -> None:
    time_index = TimeIndex(datetime(2024, 1, 31, 12, 34, 56, 789), parse_frequency("1mo"))
    assert time_index.ahead(1) == ["2024-02-29T12:34:56.000789+00:00"]


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
    time_index = TimeIndex(datetime.fromisoformat(end), parse_frequency(frequency))
    with pytest.raises(InvalidRequest, match="must lie in the years 2 to 9998") as caught:
        time_index.at(np.array(steps))
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


@pytest.mark.parametrize(
    ("dates", "frequency", "following"),
    [
        # Quarter-ends of 30 days are month-ends: the next is 31 December.
        (["2023-06-30", "2023-09-30"], "1q", "2023-12-31"),
        (["2023-04-30", "2023-06-30"], "2mo", "2023-08-31"),
        (["2023-01-30", "2023-02-28"], "1mo", "2023-03-30"),
        (["2023-02-28", "2023-03-28"], "1mo", "2023-04-28"),
        (["2020-02-29", "2021-02-28"], "1y", "2022-02-28"),
        (["2023-09-30", "2023-10-01"], "1d", "2023-10-02"),
    ],
)
def test_the_index_through_times_keeps_their_day_of_the_month(dates: list[str], frequency: str, following: str) -> None:
    index = TimeIndex.through(times(*dates), parse_frequency(frequency))
    assert index.at(np.array([-1, 0, 1])).astype("M8[D]").astype(str).tolist() == [*dates, following]


@pytest.mark.parametrize(
    ("end", "frequency", "steps", "expected"),
    [
        ("2024-03-01T08:00:00+10:30", "1h", -2, "2024-03-01T06:00:00+10:30"),
        ("2024-01-31", "1mo", 1, "2024-02-29T00:00:00+00:00"),
        ("2024-01-31", "1mo", 2, "2024-03-31T00:00:00+00:00"),
        ("2024-03-31", "1mo", -1, "2024-02-29T00:00:00+00:00"),
    ],
)
def test_a_moved_index_ends_so_many_steps_later(end: str, frequency: str, steps: int, expected: str) -> None:
    index = TimeIndex(datetime.fromisoformat(end), parse_frequency(frequency))
    moved = index.moved(steps)
    assert moved.end.isoformat() == expected
    counted = np.arange(-3, 4)
    assert (moved.at(counted) == index.at(counted + steps)).all()
