"""Local clocks, against times that a calendar on the wall shows."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.timeseries.local_time import check_timezone, local_clock


def times(*texts: str) -> np.ndarray[tuple[int, ...], np.dtype[np.datetime64]]:
    return np.array(texts, "M8[us]")


def test_timezones_have_their_iana_names() -> None:
    assert check_timezone("Australia/Melbourne") == "Australia/Melbourne"
    for name in ("Melbourne", "../etc/passwd", "/etc/localtime", "a" * 300, "", "Europe", "a\0b"):
        with pytest.raises(ValueError, match="a timezone is an IANA name"):
            check_timezone(name)


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
