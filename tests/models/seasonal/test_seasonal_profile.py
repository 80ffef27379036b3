"""What the phases of windows' seasons add, or multiply by."""

import numpy as np
import pytest
from numpy.typing import NDArray

from models.seasonal.seasonal_profile import LEAST_FACTOR, SeasonalProfile, seasonal_profile

SHAPE = np.array([3.0, -1, -4, 2])  # adds nothing over a whole season


def profile_of(values: NDArray[np.floating], *seasons: int) -> SeasonalProfile:
    return seasonal_profile(np.atleast_2d(values).astype(np.float64), seasons, horizon=6)


@pytest.mark.parametrize("length", [8, 9, 11, 40])
def test_a_season_that_adds_is_found_as_it_is_and_goes_on(length: int) -> None:
    line = np.arange(length + 6) - 10.0  # partly negative: nothing can multiply
    profile = profile_of((line + np.resize(SHAPE, length + 6))[:length], 4)
    assert not profile.multiplies[0]
    assert np.allclose(profile.added[0], np.resize(SHAPE, length + 6))
    assert np.allclose(profile.factors, 1)
    assert np.allclose(profile.irregular, 0)
    assert profile.strengths[0, 0] == pytest.approx(1)


def test_a_season_that_multiplies_is_found_to_do_so() -> None:
    factors = np.resize(1 + SHAPE / 10, 54)
    trend = np.linspace(10, 100, 48)
    profile = profile_of(trend * factors[:48], 4)
    assert profile.multiplies[0]
    assert np.allclose(profile.added, 0)
    assert np.allclose(profile.factors[0], factors, atol=0.03)
    adjusted = trend * factors[:48] / profile.factors[0, :48]
    assert np.allclose(adjusted, trend, rtol=0.03)


def test_an_odd_season_of_exactly_two_cycles() -> None:
    shape = np.array([4.0, -1, -3])
    profile = profile_of(np.resize(shape, 6) - 2, 3)
    assert np.allclose(profile.added[0], np.resize(shape, 12))
    assert profile.strengths[0, 0] == pytest.approx(1)


def test_two_seasons_are_told_apart() -> None:
    short, long = np.array([2.0, -1, -1]), np.repeat([5.0, -5, 1, -1], 3)
    values = np.resize(short, 66) + np.resize(long, 66) - 30
    profile = profile_of(values[:60], 3, 12)
    assert np.allclose(profile.added[0], values + 30, atol=1e-9)
    assert profile.strengths.shape == (1, 2)
    assert (profile.strengths > 0.85).all()


def test_seasons_that_multiply_multiply_one_another() -> None:
    short, long = 1 + np.array([0.2, -0.1, -0.1]), 1 + np.repeat([0.5, -0.5], 6)
    values = 50 * np.resize(short, 78) * np.resize(long, 78)
    profile = profile_of(values[:72], 3, 12)
    assert profile.multiplies[0]
    assert np.allclose(profile.factors[0] * 50, values, rtol=0.02)


def test_noise_has_next_to_no_season() -> None:
    noise = np.random.default_rng(0).normal(size=(400, 48))
    profile = seasonal_profile(noise, (12,), 0)
    assert np.median(profile.strengths) < 0.2
    plain = noise.reshape(400, 4, 12).mean(axis=1)
    assert profile.added.std() < 0.4 * plain.std()


def test_what_little_shows_in_few_cycles_is_trusted_more_in_many() -> None:
    rng = np.random.default_rng(1)
    shape = np.resize([1.0, 0, -1, 0], 200)
    strengths = [
        seasonal_profile(shape[:length] + rng.normal(0, 1, (200, length)), (4,), 0).strengths.mean()
        for length in (8, 40, 200)
    ]
    assert strengths[0] < strengths[1] < strengths[2]
    assert strengths[2] > 0.9


def test_no_season_changes_nothing() -> None:
    profile = profile_of(np.arange(9.0))
    assert not profile.added.any()
    assert (profile.factors == 1).all()
    assert profile.added.shape == (1, 15)
    assert profile.strengths.shape == (1, 0)


def test_a_constant_has_no_season() -> None:
    for value in (0.0, 1.0, -3.0):
        profile = profile_of(np.full(24, value), 12)
        assert np.allclose(profile.added, 0)
        assert np.allclose(profile.factors, 1)
        assert profile.strengths.tolist() == [[0]]


def test_zeros_do_not_multiply_and_no_factor_is_near_nothing() -> None:
    zeros = np.resize([0.0, 0, 9, 4], 24)
    assert not profile_of(zeros, 4).multiplies[0]
    nearly = np.resize([1e-4, 1e-4, 9, 4], 24) * np.linspace(1, 5, 24)
    profile = profile_of(nearly, 4)
    assert profile.factors.min() >= LEAST_FACTOR


def test_rows_do_not_touch_one_another() -> None:
    rng = np.random.default_rng(2)
    multiplied = 100 * (1 + np.resize(SHAPE, 40) / 10) * np.linspace(1, 3, 40)
    rows = np.stack([multiplied, rng.normal(size=40), np.zeros(40), np.resize(SHAPE, 40)])
    together = seasonal_profile(rows, (4, 12), 5)
    assert together.multiplies.tolist() == [True, False, False, False]
    for number, row in enumerate(rows):
        alone = seasonal_profile(row[None], (4, 12), 5)
        for all_rows, one in zip(together, alone, strict=True):
            assert np.allclose(all_rows[number], one[0], rtol=1e-12, atol=1e-12)
