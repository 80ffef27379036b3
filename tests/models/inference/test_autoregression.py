"""The rollout of a fitted autoregression, step by step and by blocks."""

import numpy as np
import pytest

from models.inference.autoregression import BLOCK_STEPS, Autoregression


def test_each_step_is_a_weighted_sum_of_the_values_before_it() -> None:
    model = Autoregression(np.array([0.25, 0.5]), 1.0, shift=10.0, spread=2.0)
    # In units of (value - 10) / 2: 1, 2, then 0.25 + 1 + 1 = 2.25, then 0.5 + 1.125 + 1 = 2.625.
    assert model.forecast(np.array([[12.0, 14]]), 2).tolist() == [[14.5, 15.25]]
    assert model.lags == 2


def test_blocks_go_on_where_the_last_one_ended() -> None:
    random = np.random.default_rng(0)
    model = Autoregression(random.uniform(-0.3, 0.3, 5), 0.1, shift=1.0, spread=3.0)
    past, horizon = random.normal(size=(4, 5)), 2 * BLOCK_STEPS + 3
    values = ((past - 1) / 3).tolist()
    for row in values:
        for _ in range(horizon):
            row.append(float(np.dot(model.weights, row[-5:])) + 0.1)
    assert model.forecast(past, horizon) == pytest.approx(np.array(values)[:, 5:] * 3 + 1)


def test_a_window_without_a_scale_is_followed_by_its_level() -> None:
    model = Autoregression(np.array([0.5, 0.5]), 0.0, shift=0.0, spread=None)
    assert model.forecast(np.array([[0.0, 0], [2, 4]]), 2) == pytest.approx(np.array([[0, 0], [3, 3.5]]))
