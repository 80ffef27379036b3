"""Seasons of a single window, of which nothing is known but its values."""

import numpy as np
import pytest
from numpy.typing import NDArray

from models.seasonal.season_search import seasons_in_window


def wave(season: int, length: int, noise: float = 0.3, seed: int = 0) -> NDArray[np.float64]:
    random = np.random.default_rng(seed)
    return np.resize(random.normal(size=season), length) + random.normal(0, noise, length)


@pytest.mark.parametrize(("season", "length"), [(4, 40), (7, 60), (12, 60), (24, 300), (37, 300), (48, 672)])
def test_a_clear_season_is_found_whatever_its_length(season: int, length: int) -> None:
    assert seasons_in_window(wave(season, length)) == (season,)


def test_a_day_and_a_week_are_both_found() -> None:
    assert seasons_in_window(wave(24, 1008) + 0.5 * wave(168, 1008, seed=1)) == (24, 168)


def test_chance_is_seldom_taken_for_a_season() -> None:
    random = np.random.default_rng(0)
    for length in (24, 50, 100, 300, 1_000):
        noise = [seasons_in_window(random.normal(size=length)) for _ in range(60)]
        walks = [seasons_in_window(np.cumsum(random.normal(size=length))) for _ in range(60)]
        assert sum(map(bool, noise)) <= 9
        assert sum(map(bool, walks)) <= 9


def test_a_slow_cycle_is_found_where_it_is_clear() -> None:
    assert seasons_in_window(np.sin(np.arange(300) * 2 * np.pi / 50)) == (50,)


@pytest.mark.parametrize("values", [[1.0], [1.0, 2.0, 3.0], [5.0] * 40, [float(step) for step in range(48)]])
def test_there_is_none_in_what_is_too_short_or_straight(values: list[float]) -> None:
    assert seasons_in_window(np.array(values)) == ()
