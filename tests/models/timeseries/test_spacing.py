"""Finding the axis that times lie on."""

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import InvalidRequest
from models.timeseries.frequency import Frequency, parse_frequency
from models.timeseries.spacing import infer_time_index
from models.timeseries.time_index import TimeIndex


def moments(*texts: str) -> list[datetime]:
    read = [datetime.fromisoformat(text) for text in texts]
    return [each if each.tzinfo else each.replace(tzinfo=UTC) for each in read]


@pytest.mark.parametrize(
    ("texts", "frequency", "following"),
    [
        (["2024-01-01T00:00", "2024-01-01T00:30", "2024-01-01T01:00"], "30m", "2024-01-01T01:30:00+00:00"),
        (["2024-01-30", "2024-01-31"], "1d", "2024-02-01T00:00:00+00:00"),
        (["2024-02-28", "2024-02-29"], "1d", "2024-03-01T00:00:00+00:00"),
        (["2024-01-25", "2024-02-01"], "1w", "2024-02-08T00:00:00+00:00"),
        (["2024-07-01", "2024-08-01", "2024-09-01"], "1mo", "2024-10-01T00:00:00+00:00"),
        (["2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30"], "1mo", "2024-05-31T00:00:00+00:00"),
        (["2024-04-30", "2024-06-30"], "2mo", "2024-08-31T00:00:00+00:00"),
        (["2023-11-30", "2023-12-30"], "1mo", "2024-01-30T00:00:00+00:00"),
        (["2024-03-30", "2024-04-30"], "1mo", "2024-05-30T00:00:00+00:00"),
        (["2022-12-30", "2023-01-30", "2023-02-28"], "1mo", "2023-03-30T00:00:00+00:00"),
        (["2023-09-30", "2023-12-31", "2024-03-31"], "1q", "2024-06-30T00:00:00+00:00"),
        (["2023-02-01", "2024-02-01"], "1y", "2025-02-01T00:00:00+00:00"),
        (["2020-02-29", "2021-02-28"], "1y", "2022-02-28T00:00:00+00:00"),
        (["2024-01-01T10:00+10:00", "2024-02-01T10:00+11:00"], "1mo", "2024-03-01T10:00:00+11:00"),
        (["2024-01-01T01:30+00:00", "2024-01-01T13:00+11:00"], "30m", "2024-01-01T13:30:00+11:00"),
    ],
)
def test_the_frequency_is_found_and_carried_on(texts: list[str], frequency: str, following: str) -> None:
    time_index = infer_time_index(moments(*texts))
    assert time_index.frequency == parse_frequency(frequency)
    assert time_index.ahead(1) == [following]
    assert len(time_index.at(np.arange(1 - len(texts), 1))) == len(texts)


@given(
    st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)),
    st.sampled_from(["1us", "30m", "1h", "1d", "1w", "28d", "365d", "1mo", "2mo", "1q", "1y"]),
    st.none() | st.integers(1, 31),
    st.integers(2, 40),
)
def test_the_axis_through_the_times_of_another_leads_through_them(
    end: datetime, freq: str, day: int | None, count: int
) -> None:
    time_index = TimeIndex(end.replace(tzinfo=UTC), parse_frequency(freq), day)
    times = [time.replace(tzinfo=UTC) for time in time_index.at(np.arange(1 - count, 1)).tolist()]
    found = infer_time_index(times, time_index.frequency)
    assert found.at(np.arange(1 - count, 1)).tolist() == [time.replace(tzinfo=None) for time in times]


def test_the_axis_leads_back_through_all_moments() -> None:
    texts = ("2022-12-30", "2023-01-30", "2023-02-28")
    assert infer_time_index(moments(*texts)).at(np.arange(-2, 1)).astype("M8[D]").astype(str).tolist() == list(texts)


def test_what_is_usual_wins_where_times_fit_several_frequencies() -> None:
    texts = moments("2024-07-01", "2024-08-01", "2024-09-01")
    assert infer_time_index(texts, usual=parse_frequency("31d")).frequency == Frequency(0, 31 * 86_400_000_000)
    assert infer_time_index(texts, usual=parse_frequency("1h")).frequency == Frequency(1, 0)


def test_one_moment_takes_the_frequency_that_it_is_given() -> None:
    assert infer_time_index(moments("2024-02-29"), parse_frequency("1mo")).ahead(1) == ["2024-03-31T00:00:00+00:00"]


@pytest.mark.parametrize(
    ("texts", "frequency", "place", "message"),
    [
        (["2024-01-02", "2024-01-01"], None, 1, "expected a later time than the one before it"),
        (["2024-01-01", "2024-01-02", "2024-01-02"], None, 2, "expected a later time"),
        (["2024-01-01T10:00Z", "2024-01-01T20:00+11:00"], None, 1, "expected a later time"),
        (["2024-01-01", "2024-01-02", "2024-01-04", "2024-01-05"], None, 2, "expected a time 1d after the one before"),
        (["2024-01-01", "2024-01-02", "2024-01-04", "2024-01-05"], None, 2, "but it is 2d: values must be evenly"),
        (["2024-01-01", "2024-02-01", "2024-04-01", "2024-05-01"], None, 2, "expected a time 1mo after"),
        (["2024-01-01", "2024-02-01"], "31d12h", 1, "expected a time 756h after the one before it, but it is 31d"),
        (["2024-01-01", "2024-02-01"], "1q", 1, "expected a time 1q after the one before it, but it is 1mo"),
        (["2024-01-01", "2024-02-02", "2024-03-02"], "1mo", 0, "the last timestamp's day of the month"),
        (["2024-01-31", "2024-02-28", "2024-03-31"], "1mo", 1, "the last timestamp's day of the month"),
        (["2024-01-31T10:00", "2024-02-29T10:01", "2024-03-31T10:00"], "1mo", 1, "and time of day"),
        (["0001-01-01", "9999-12-31"], "1000y", 0, "the last timestamp's day of the month"),
    ],
)
def test_the_first_time_out_of_place_is_named(
    texts: list[str], frequency: str | None, place: int, message: str
) -> None:
    with pytest.raises(InvalidRequest, match=message) as raised:
        infer_time_index(moments(*texts), parse_frequency(frequency) if frequency else None)
    assert raised.value.location == (place,)
