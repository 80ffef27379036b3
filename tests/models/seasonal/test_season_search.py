"""Seasons, on series whose seasons are known."""

import numpy as np
import pytest
from numpy.typing import NDArray

from models.seasonal.season_search import find_seasons, multiples

RANDOM = np.random.default_rng(0)
STEPS = np.arange(2_000)


def cycle(*rows: int, noise: float = 0.1) -> NDArray[np.float64]:
    return np.asarray(sum(np.sin(2 * np.pi * STEPS / each) for each in rows) + RANDOM.normal(0, noise, len(STEPS)))


def weekly(noise: float = 0.1) -> NDArray[np.float64]:
    """Days of 24 rows, of which two in seven are calm."""
    days = np.where(STEPS // 24 % 7 < 5, 3.0, 1.0)
    return np.asarray(days * np.sin(2 * np.pi * STEPS / 24) + RANDOM.normal(0, noise, len(STEPS)))


def rows(values: NDArray[np.float64], frequency: str | None, usual: tuple[int, ...] = ()) -> list[int]:
    return [season.rows for season in find_seasons([values], frequency, usual)]


@pytest.mark.parametrize(
    ("frequency", "season"), [("1h", 24), ("30m", 48), ("1d", 7), ("1w", 52), ("1mo", 12), ("1q", 4), ("2h", 12)]
)
def test_a_season_that_is_usual_is_confirmed(frequency: str, season: int) -> None:
    assert season in rows(cycle(season), frequency)


def test_a_week_joins_the_day_only_where_it_shows() -> None:
    assert rows(weekly(), "1h") == [24, 168]
    noise = RANDOM.normal(size=2_000)
    assert rows(noise, "1h") == []


def test_without_a_frequency_the_rows_tell() -> None:
    assert rows(weekly(), None) == [24, 168]
    assert rows(cycle(11, noise=0.3), None) == [11]
    assert rows(RANDOM.normal(size=2_000), None) == []


def test_a_slow_cycle_is_found_in_the_values_where_changes_are_noise() -> None:
    (found,) = rows(3 * np.sin(2 * np.pi * STEPS / 130) + RANDOM.normal(0, 0.7, len(STEPS)), "1mo")
    assert 120 <= found <= 140


def test_seasons_that_are_known_from_elsewhere_join_the_usual_ones() -> None:
    assert rows(cycle(17), None, (17, 85)) == [17, 85]


@pytest.mark.parametrize("values", [[], [1.0], [1.0, 2], [5.0] * 40])
def test_where_there_is_nothing_to_see_none_is_found(values: list[float]) -> None:
    assert find_seasons([np.array(values)], "1mo") == ()


def test_the_strength_is_an_autocorrelation() -> None:
    (season,) = find_seasons([cycle(12, noise=0.0)], "1mo")
    assert season.strength == pytest.approx(1, abs=0.02)
    assert find_seasons([cycle(12), cycle(12)], "1mo")[0].strength < 1


def test_a_year_of_days_needs_two_of_them() -> None:
    assert 365 not in rows(cycle(365)[:600], "1d")


def test_multiples_of_a_season_are_at_least_as_long_as_what_is_fed_back() -> None:
    assert (multiples(12, 1), multiples(12, 12), multiples(12, 13)) == ((12, 13), (12, 13), (24, 25))


def test_the_rounding_of_a_straight_line_is_no_season() -> None:
    for line in (STEPS[:48] / 47, 0.1 * STEPS + 3, 1e9 + 0.7 * STEPS[:96], np.full(40, 0.1)):
        assert rows(np.asarray(line, np.float64), None) == []
