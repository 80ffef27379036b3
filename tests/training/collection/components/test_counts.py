"""Counts and demand that comes now and then."""

import numpy as np
import pytest

from training.collection.components.counts import counts, intermittent


@pytest.mark.parametrize("seasons", [[], [7]])
def test_counts_are_whole_and_not_negative(seasons: list[int]) -> None:
    made = counts(np.random.default_rng(1), 500, 100, seasons)
    np.testing.assert_array_equal(made, np.round(made))
    assert made.min() == 0
    low, high = np.percentile(made.mean(axis=1), [5, 95])
    assert low < 2
    assert high > 80


def test_some_counts_spread_wider_than_poisson() -> None:
    made = counts(np.random.default_rng(2), 1000, 200, [])
    local = (np.diff(made) ** 2).mean(axis=1) / 2 / (made.mean(axis=1) + 1e-9)
    assert np.percentile(local, 25) < 1.5
    assert np.percentile(local, 80) > 3


@pytest.mark.parametrize("length", [12, 40, 400])
def test_demand_is_zero_at_many_steps_but_at_all_of_hardly_any_row(length: int) -> None:
    made = intermittent(np.random.default_rng(3), 2000, length, [7])
    assert made.min() == 0
    assert 0.3 < (made == 0).mean() < 0.9
    assert (made == 0).all(axis=1).mean() < 0.01
