"""Frequencies as texts."""

import pytest

from models.timeseries.frequency import Frequency, check_frequency, parse_frequency


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


def test_a_checked_text_is_given_back() -> None:
    assert check_frequency("1h30m") == "1h30m"
    with pytest.raises(ValueError, match="a frequency is a duration"):
        check_frequency("often")
