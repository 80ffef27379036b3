"""What tells the seasons of windows, and how those that were found are answered."""

from typing import Any

import pytest

from models.errors import InvalidRequest
from models.seasonal.season_search import usual_seasons
from service.window_seasons import answered_seasons, is_found, told_seasons
from service.window_times import WindowTimes

MONTHLY, HOURLY, NONE = WindowTimes(freq="1mo"), WindowTimes(freq="1h"), WindowTimes()


@pytest.mark.parametrize(
    ("freq", "seasons"),
    [
        ("15m", [96, 672]),
        ("1h", [24, 168]),
        ("7h", [24]),  # of which no whole number is a day
        ("1d", [7, 365]),
        ("1w", [52]),
        ("1mo", [12]),
        ("2mo", [6]),
        ("1q", [4]),
        ("1y", []),
    ],
)
def test_the_seasons_that_are_usual(freq: str, seasons: list[int]) -> None:
    assert usual_seasons(freq) == seasons


def test_what_was_sent_goes_before_the_frequency_and_that_before_nothing() -> None:
    told = told_seasons([(5,), None, None], [MONTHLY, MONTHLY, NONE], None, [48, 48, 48])
    assert told == [(5,), (12,), None]
    assert told_seasons(None, None, None, [48]) is None
    assert told_seasons([None, (7,)], None, None, [48, 48]) == [None, (7,)]


def test_a_frequency_tells_the_seasons_that_its_window_holds_twice() -> None:
    lengths = [336, 335, 48, 47, 100_000]
    assert told_seasons(None, [HOURLY] * 5, None, lengths) == [(24, 168), (24,), (24,), (), (24, 168)]
    # Of 1,024 values, however many came, two days of minutes are not seen: a shorter season is looked for.
    assert told_seasons(None, [WindowTimes(freq="1m")], None, [100_000]) == [None]
    assert told_seasons(None, [WindowTimes(freq="1y")], None, [1_024]) == [()]


def test_what_is_no_frequency_is_located() -> None:
    with pytest.raises(InvalidRequest, match="a frequency is a duration") as raised:
        told_seasons(None, [MONTHLY, WindowTimes(freq="monthly")], None, [48, 48])
    assert raised.value.location == ("times", 1, "freq")


def test_seasons_of_other_windows_are_refused() -> None:
    with pytest.raises(InvalidRequest, match="2 windows came with 1 seasons: send one for each, or one for all"):
        told_seasons([(12,)], None, None, [48, 48])


@pytest.mark.parametrize(
    ("found", "one", "many"),
    [
        ([(12,)], 12, [12]),
        ([(24, 168)], [24, 168], [[24, 168]]),
        ([()], None, [None]),
        ([(12,), None, (), (24, 168)], 12, [12, None, None, [24, 168]]),
    ],
)
def test_found_seasons_are_numbers_lists_or_null(found: list[tuple[int, ...] | None], one: Any, many: Any) -> None:
    assert answered_seasons(found, many=False) == one
    assert answered_seasons(found, many=True) == many


def test_seasons_that_were_told_are_not_found() -> None:
    assert [is_found(each) for each in ((), (None, None), (None, ()), ((12,),))] == [False, False, True, True]
