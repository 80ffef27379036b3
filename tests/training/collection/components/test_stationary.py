"""Stationary processes: by hand, and against what theory says of their variance and correlation."""

import numpy as np
import pytest

from training.collection.components.stationary import (
    BURN_IN,
    autoregression,
    frequencies,
    from_spectrum,
    second_order,
)


def test_an_autoregression_by_hand() -> None:
    path = autoregression(np.array([[1.0, 1.0, 0.0], [1.0, 0.0, 1.0]]), np.array([[0.6], [0.0]]))
    np.testing.assert_allclose(path, np.array([[1.0, 1.4, 0.84], [1.0, 0.0, 1.0]]))


def test_an_autoregression_is_stationary_from_its_first_value() -> None:
    path = autoregression(np.random.default_rng(1).standard_normal((20_000, 5)), np.full((20_000, 1), 0.9))
    np.testing.assert_allclose(path.var(axis=0), 1, atol=0.05)
    assert np.corrcoef(path[:, 2], path[:, 3])[0, 1] == pytest.approx(0.9, abs=0.01)


def test_a_second_order_path_has_the_period_that_is_asked() -> None:
    rows = 400
    noise = np.random.default_rng(2).standard_normal((rows, BURN_IN + 400))
    path = second_order(noise, np.full((rows, 1), 20.0), np.full((rows, 1), 0.95))
    assert path.shape == (rows, 400)
    assert path.var() == pytest.approx(1, abs=0.1)
    power = (np.abs(np.fft.rfft(path)) ** 2).mean(axis=0)
    assert abs(power.argmax() - 400 / 20) <= 1


def test_a_spectrum_of_one_frequency_gives_sines() -> None:
    grid = frequencies(8)
    np.testing.assert_allclose(grid, np.arange(7) / 12)
    path = from_spectrum(np.random.default_rng(3), np.eye(7)[[3] * 5000], 8)
    np.testing.assert_allclose(path[:, 4:], path[:, :4], atol=1e-9)  # 3 / 12: a period of four steps
    np.testing.assert_allclose(path.var(axis=0), 1, atol=0.1)


@pytest.mark.parametrize("length", [1, 2, 3, 17, 64, 65, 1072])
def test_paths_are_cut_from_longer_ones(length: int) -> None:
    density = np.ones((3, frequencies(length).size))
    assert from_spectrum(np.random.default_rng(4), density, length).shape == (3, length)
    assert 2 * (frequencies(length).size - 1) >= 1.5 * length
