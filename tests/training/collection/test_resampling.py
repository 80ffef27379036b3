"""Series at another pace: their values, and seasons that stay whole numbers."""

import numpy as np
import pytest

from training.collection.resampling import averaged, stretched


def test_a_stretched_season_has_its_new_length_and_shape() -> None:
    sine = np.sin(2 * np.pi * np.arange(1200) / 12)[None]
    lengths = set()
    for seed in range(60):
        result = stretched(sine, (12,), np.random.default_rng(seed))
        (season,) = result.seasons
        lengths.add(season)
        assert result.values.shape == (1, int(1199 * season / 12) + 1)
        expected = np.sin(2 * np.pi * np.arange(result.values.shape[1]) / season)
        assert np.abs(result.values[0] - expected).max() < 0.04  # of a line drawn between twelfths
    assert {min(lengths), max(lengths)} <= set(range(6, 25))
    assert len(lengths) > 10


def test_several_seasons_stay_whole_and_in_proportion() -> None:
    seasons = {stretched(np.ones((1, 400)), (24, 168), np.random.default_rng(seed)).seasons for seed in range(40)}
    assert len(seasons) > 5
    assert all(week == 7 * day for day, week in seasons)
    odd = {stretched(np.ones((1, 400)), (4, 7), np.random.default_rng(seed)).seasons for seed in range(20)}
    assert odd == {(4, 7), (8, 14)}


def test_without_seasons_any_factor_from_half_to_double_will_do() -> None:
    lengths = [stretched(np.ones((2, 101)), (), np.random.default_rng(seed)).values.shape[1] for seed in range(200)]
    assert 50 < min(lengths) < 60
    assert 180 < max(lengths) <= 201
    assert np.median(lengths) == pytest.approx(101, abs=15)


def test_a_value_itself_stays_beside_an_absent_one() -> None:
    values = np.array([[1.0, 2, np.nan, 4]])
    doubled = next(
        result for seed in range(50) if (result := stretched(values, (2,), np.random.default_rng(seed))).seasons == (4,)
    )
    assert np.array_equal(doubled.values, np.array([[1, 1.5, 2, np.nan, np.nan, np.nan, 4]]), equal_nan=True)


def test_months_are_averaged_to_quarters_with_the_newest_complete() -> None:
    months = np.array([[9.0, 1, 2, 3, 4, 5, 6], [9, 1, 1, 1, np.nan, 1, 1]])
    result = averaged(months, (12,), 3)
    assert np.array_equal(result.values, np.array([[2, 5], [1, np.nan]]), equal_nan=True)
    assert result.seasons == (4,)


def test_a_season_that_is_no_whole_number_of_means_is_gone() -> None:
    assert averaged(np.ones((1, 30)), (4, 6, 52), 3).seasons == (2,)
    assert averaged(np.ones((1, 30)), (12, 7), 12).seasons == ()
    assert averaged(np.ones((1, 2)), (4,), 3).values.shape == (1, 0)
    with pytest.raises(ValueError, match="means are of at least 1 value, got 0"):
        averaged(np.ones((1, 2)), (), 0)
