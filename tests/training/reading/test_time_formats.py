"""Times as tables write them."""

from datetime import UTC, datetime

import pytest

from training.reading.time_formats import parse_time


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2012-01-31", datetime(2012, 1, 31)),
        ("2012-01-31T13:30Z", datetime(2012, 1, 31, 13, 30, tzinfo=UTC)),
        ("1991 W06", datetime(1991, 2, 4)),  # a Monday
        ("2009-W53", datetime(2009, 12, 28)),
        ("1960 Jan", datetime(1960, 1, 1)),
        ("1960 september", datetime(1960, 9, 1)),
        ("1956 Q1", datetime(1956, 1, 1)),
        ("1956Q4", datetime(1956, 10, 1)),
        ("2012M3", datetime(2012, 3, 1)),
        ("2012-03", datetime(2012, 3, 1)),
        ("1998", datetime(1998, 1, 1)),
    ],
)
def test_a_period_is_its_first_day(text: str, time: datetime) -> None:
    assert parse_time(text) == time


@pytest.mark.parametrize("text", ["1960 Jam", "1960 Janu", "2012 W54", "2012 Q5", "2012-13", "12", "noon", ""])
def test_anything_else_is_no_time(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (callers say what was expected)
        parse_time(text)
