"""Trend, seasons and noise, added up and multiplied."""

import numpy as np

from training.collection.components.structural import LARGEST_LOG, additive, multiplicative


def test_multiplicative_series_are_positive_and_bounded() -> None:
    made = multiplicative(np.random.default_rng(1), 1000, 120, [12])
    assert made.min() >= np.exp(-LARGEST_LOG)
    assert made.max() <= np.exp(LARGEST_LOG)


def test_multiplicative_series_vary_more_where_they_are_high() -> None:
    made = multiplicative(np.random.default_rng(2), 3000, 120, [12])
    first, last = made[:, :40], made[:, -40:]
    ratio = np.log(last.mean(axis=1) / first.mean(axis=1))
    spread = np.log(np.abs(np.diff(last)).mean(axis=1) / np.abs(np.diff(first)).mean(axis=1))
    grown = np.abs(ratio) > 0.7
    assert grown.sum() > 100
    assert np.corrcoef(ratio[grown], spread[grown])[0, 1] > 0.7


def test_most_additive_series_are_far_from_zero() -> None:
    made = additive(np.random.default_rng(3), 2000, 120, [12])
    assert 0.5 < (made > 0).all(axis=1).mean() < 0.8
    assert 0.01 < (made < 0).all(axis=1).mean() < 0.1
    assert 0.1 < ((made > 0).any(axis=1) & (made < 0).any(axis=1)).mean() < 0.4


def test_noise_varies_from_next_to_none_to_nearly_all() -> None:
    made = additive(np.random.default_rng(4), 1000, 120, [])
    rough = np.diff(made).std(axis=1) / made.std(axis=1)
    low, high = np.percentile(rough, [5, 95])
    assert low < 0.06
    assert high > 1
