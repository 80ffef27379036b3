"""Augmented windows: what changes in them, what stays, and that a seed repeats them."""

import numpy as np
import pytest

from training.collection.augmentation import (
    PATTERN_SHARES,
    PATTERNS,
    censored,
    mixed,
    modulated,
    sign_flipped,
    spiked,
    time_reversed,
)

WINDOWS = np.array([[1.0, 2, 3, 4, 5, 6], [-4, 0, 4, np.nan, 8, 2]])


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_a_modulated_window_is_itself_times_a_line_with_few_bends() -> None:
    lines = modulated(np.ones((50, 200)), rng(), spread=0.5)
    bends = (np.abs(np.diff(lines, 2, axis=1)) > 1e-9).sum(axis=1)
    assert bends.max() <= 2 * 5  # a bend between two values shows at both
    assert bends.min() == 0
    assert lines[:, 0].mean() == pytest.approx(1, abs=0.25)
    assert lines[:, 0].std() == pytest.approx(0.5, abs=0.2)
    assert np.array_equal(modulated(WINDOWS, rng(), spread=0), WINDOWS, equal_nan=True)
    assert np.array_equal(np.isnan(modulated(WINDOWS, rng())), np.isnan(WINDOWS))


def test_a_share_of_windows_is_turned_upside_down_or_backwards() -> None:
    assert np.array_equal(sign_flipped(WINDOWS, rng(), 1), -WINDOWS, equal_nan=True)
    assert np.array_equal(sign_flipped(WINDOWS, rng(), 0), WINDOWS, equal_nan=True)
    assert np.array_equal(time_reversed(WINDOWS, rng(), 1), WINDOWS[:, ::-1], equal_nan=True)
    assert np.array_equal(time_reversed(WINDOWS, rng(), 0), WINDOWS, equal_nan=True)
    many = np.tile([1.0, 2.0], (1000, 1))
    assert (sign_flipped(many, rng())[:, 0] < 0).mean() == pytest.approx(0.5, abs=0.06)
    assert (time_reversed(many, rng())[:, 0] == 2).mean() == pytest.approx(0.5, abs=0.06)


def test_a_censored_window_has_a_floor_or_a_ceiling_among_its_values() -> None:
    windows = np.tile(WINDOWS, (200, 1))
    cut = censored(windows, rng())
    assert np.array_equal(np.isnan(cut), np.isnan(windows))
    raised, lowered = (cut > windows).any(axis=1), (cut < windows).any(axis=1)
    assert not (raised & lowered).any()
    assert raised.sum() > 100
    assert lowered.sum() > 100
    for row in np.flatnonzero(raised):
        floor = np.nanmin(cut[row])
        assert floor in windows[row]
        assert np.array_equal(cut[row], np.maximum(windows[row], floor), equal_nan=True)


def test_windows_of_nothing_stay_so() -> None:
    absent = np.full((2, 12), np.nan)
    for windows in (censored(absent, rng()), spiked(absent, rng()).windows, mixed(absent, rng(), 2).windows):
        assert np.isnan(windows).all()


def test_spikes_come_at_regular_times_and_tell_after_how_many_values_they_repeat() -> None:
    windows = rng(1).normal(size=(400, 300))
    result = spiked(windows, rng())
    added = result.windows - windows
    assert (added >= 0).all()
    assert (added.max(axis=1) >= 0.5 * windows.std(axis=1) - 1e-9).all()
    assert (added.max(axis=1) <= 3 * windows.std(axis=1) + 1e-9).all()
    repeated = [row for row in range(400) if result.seasons[row] < 150]
    assert len(repeated) > 80
    for row in repeated:
        season = int(result.seasons[row])
        assert np.allclose(added[row, season:], added[row, :-season])


def test_a_constant_window_gets_no_spikes_and_a_short_one_is_refused() -> None:
    assert np.array_equal(spiked(np.full((3, 20), 7.0), rng()).windows, np.full((3, 20), 7.0))
    with pytest.raises(ValueError, match="spikes need windows of more than 10 values, got 10"):
        spiked(np.ones((1, 10)), rng())


def test_every_pattern_of_spikes_has_its_share() -> None:
    assert len(PATTERNS) == len(PATTERN_SHARES)
    assert sum(PATTERN_SHARES) == pytest.approx(1)


def test_a_mixture_is_a_weighted_mean_of_scaled_windows() -> None:
    windows = np.array([[2.0, 2, 2, 2], [0, 0, 0, 0], [30, -30, 30, -30]])
    scaled = np.array([[1.0, 1, 1, 1], [0, 0, 0, 0], [1, -1, 1, -1]])
    mixture = mixed(windows, rng(), 500)
    assert mixture.windows.shape == (500, 4)
    assert np.allclose(mixture.windows, np.einsum("cm,cml->cl", mixture.weights, scaled[mixture.origins]))
    assert np.allclose(mixture.weights.sum(axis=1), 1)
    counts = np.bincount((mixture.weights > 0).sum(axis=1), minlength=4)
    assert counts[0] == 0
    assert (counts[1:] > 120).all()
    pairs = mixture.weights[(mixture.weights > 0).sum(axis=1) == 2, 0]
    assert pairs.var() == pytest.approx(1 / 16, abs=0.015)  # of a beta distribution with 1.5 and 1.5


def test_a_mixture_is_absent_where_one_of_its_windows_is() -> None:
    windows = np.array([[1.0, np.nan, 1], [2, 2, 2]])
    mixture = mixed(windows, rng(), 50)
    of_first = ((mixture.origins == 0) & (mixture.weights > 0)).any(axis=1)
    assert 0 < of_first.sum() < 50
    assert np.array_equal(np.isnan(mixture.windows[:, 1]), of_first)
    assert not np.isnan(mixture.windows[:, [0, 2]]).any()


def test_a_seed_repeats_what_it_gave() -> None:
    windows = rng(5).normal(size=(8, 30))
    for augment in (modulated, sign_flipped, time_reversed, censored):
        assert np.array_equal(augment(windows, rng(3)), augment(windows, rng(3)))
        assert not np.array_equal(augment(windows, rng(3)), augment(windows, rng(4)))
    assert np.array_equal(spiked(windows, rng(3)).windows, spiked(windows, rng(3)).windows)
    assert np.array_equal(mixed(windows, rng(3), 5).windows, mixed(windows, rng(3), 5).windows)
