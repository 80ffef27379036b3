"""Seasons over the length of a series."""

import numpy as np
import pytest

from training.collection.components.seasonality import WITHOUT, seasonality


def test_without_a_season_there_is_none() -> None:
    np.testing.assert_array_equal(seasonality(np.random.default_rng(1), 3, 10, []), np.zeros((3, 10)))


def test_some_rows_have_no_season_and_half_of_the_others_repeat_it_exactly() -> None:
    made = seasonality(np.random.default_rng(2), 4000, 60, [12])
    none = (made == 0).all(axis=1)
    assert none.mean() == pytest.approx(WITHOUT, abs=0.02)
    repeats = np.abs(made[~none][:, 12:] - made[~none][:, :-12]).max(axis=1) < 1e-9
    assert 0.45 < repeats.mean() < 0.55


def test_evolving_seasons_stay_alike_from_one_time_round_to_the_next() -> None:
    made = seasonality(np.random.default_rng(3), 2000, 240, [12])
    made = made[(np.abs(made[:, 12:] - made[:, :-12]).max(axis=1) > 1e-9)]
    next_time = [np.corrcoef(row[120:132], row[132:144])[0, 1] for row in made]
    assert np.median(next_time) > 0.9


def test_days_and_weeks_add_up() -> None:
    made = seasonality(np.random.default_rng(4), 2000, 336, [24, 168])
    by_day = np.abs(made[:, 24:] - made[:, :-24]).max(axis=1) < 1e-9
    by_week = np.abs(made[:, 168:] - made[:, :-168]).max(axis=1) < 1e-9
    assert 0.15 < by_week.mean() < 0.6
    assert by_day.mean() < by_week.mean()


@pytest.mark.parametrize("seasons", [[365], [24, 168], [7, 365]])
def test_a_season_may_be_longer_than_the_series(seasons: list[int]) -> None:
    made = seasonality(np.random.default_rng(5), 200, 20, seasons)
    assert made.shape == (200, 20)
    assert np.isfinite(made).all()
    assert np.ptp(made, axis=1).max() > 0
