"""The shapes of a season, of every length."""

import numpy as np
import pytest

from training.collection.components.seasonal_shapes import harmonic_basis, shapes, weekly_shapes


@pytest.mark.parametrize("season", [2, 3, 4, 5, 7, 12, 24, 37, 52, 365])
def test_shapes_are_standardised(season: int) -> None:
    made = shapes(np.random.default_rng(1), 400, season)
    assert made.shape == (400, season)
    np.testing.assert_allclose(made.mean(axis=1), 0, atol=1e-9)
    np.testing.assert_allclose(made.std(axis=1), 1, atol=1e-6)


@pytest.mark.parametrize("season", [14, 168, 336, 25, 170])
def test_a_week_is_standardised_also_where_its_days_are_not_equal(season: int) -> None:
    made = weekly_shapes(np.random.default_rng(2), 300, season)
    assert made.shape == (300, season)
    np.testing.assert_allclose(made.mean(axis=1), 0, atol=1e-9)
    np.testing.assert_allclose(made.std(axis=1), 1, atol=1e-6)


def test_a_week_has_days_off_at_its_end_with_hours_of_their_own() -> None:
    week = weekly_shapes(np.random.default_rng(3), 300, 168).reshape(300, 7, 24)
    assert (week[:, 6].mean(axis=1) < week[:, :4].mean(axis=(1, 2))).mean() > 0.8
    assert np.abs(np.diff(week[:, :4], axis=2)).max() < 1e-9
    assert (np.ptp(week[:, 6], axis=1) > 1e-3).all()


def test_shapes_differ_in_kind() -> None:
    made = shapes(np.random.default_rng(4), 500, 24)
    roughness = np.abs(np.diff(made, axis=1)).mean(axis=1)
    low, high = np.percentile(roughness, [10, 90])
    assert low < 0.35
    assert high > 0.8


def test_harmonics_by_hand() -> None:
    np.testing.assert_allclose(harmonic_basis(4, 1), [[1, 0, -1, 0], [0, 1, 0, -1]], atol=1e-12)
