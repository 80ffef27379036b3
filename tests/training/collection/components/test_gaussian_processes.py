"""Gaussian processes of random kernels, against the kernels."""

import numpy as np
import pytest

from training.collection.components.draws import Kind, Rows
from training.collection.components.gaussian_processes import STATIONARY, gaussian_process


@pytest.mark.parametrize("seasons", [[], [2], [12], [24, 168], [365]])
def test_paths_are_finite_and_vary(seasons: list[int]) -> None:
    made = gaussian_process(np.random.default_rng(1), 300, 90, seasons)
    assert made.shape == (300, 90)
    assert np.isfinite(made).all()
    assert (made.std(axis=1) > 1e-3).all()


@pytest.mark.parametrize("kind", STATIONARY, ids=lambda kind: kind.make.__name__)
def test_kernels_have_a_size_of_one(kind: Kind) -> None:
    made = kind.make(np.random.default_rng(2), 3000, 50)
    assert 0.6 < np.sqrt((made**2).mean()) < 1.5


def test_a_named_season_is_seen_in_the_correlation() -> None:
    def correlation(made: Rows, lag: int) -> float:
        made = np.diff(made)
        return float(np.median((made[:, lag:] * made[:, :-lag]).mean(axis=1) / made.var(axis=1)))

    with_season = gaussian_process(np.random.default_rng(3), 600, 240, [12])
    assert correlation(with_season, 12) > correlation(with_season, 6) + 0.2
    without = gaussian_process(np.random.default_rng(3), 600, 240, [])
    assert abs(correlation(without, 12) - correlation(without, 6)) < 0.1
