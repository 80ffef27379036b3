"""The rollout of a fitted autoregression, step by step and by blocks."""

import numpy as np
import pytest

from models.blending.autoregression import BLOCK_STEPS, Autoregression


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


def test_what_is_known_of_a_step_is_added_and_goes_on_through_the_lags() -> None:
    model = Autoregression(np.array([0.25, 0.5]), 1.0, shift=10.0, spread=2.0, covariates=np.array([3.0, -1]))
    known = np.array([[[1.0, 0], [0, 2]]])
    # In units of (value - 10) / 2: 1, 2, then 2.25 + 3 = 5.25, then 0.25 * 2 + 0.5 * 5.25 + 1 - 2 = 2.125.
    assert model.forecast(np.array([[12.0, 14]]), 2, known).tolist() == [[20.5, 14.25]]


@pytest.mark.parametrize("spread", [3.0, None])
def test_it_does_so_from_block_to_block(spread: float | None) -> None:
    random = np.random.default_rng(0)
    model = Autoregression(random.uniform(-0.3, 0.3, 5), 0.1, 1.0, spread, random.normal(size=2))
    past, horizon = random.normal(5, 1, size=(4, 5)), 2 * BLOCK_STEPS + 3
    known = random.normal(size=(4, horizon, 2))
    scale = model.scale_of(past - 1)
    values = ((past - 1) / scale).tolist()
    for row, inputs in zip(values, known, strict=True):
        for step in inputs:
            row.append(float(np.dot(model.weights, row[-5:])) + 0.1 + float(step @ model.covariates))
    assert model.forecast(past, horizon, known) == pytest.approx(np.array(values)[:, 5:] * scale + 1)


def test_the_effects_of_what_is_added_are_how_much_a_forecast_changes() -> None:
    random = np.random.default_rng(0)
    model = Autoregression(random.uniform(-0.3, 0.3, 5), 0.1, shift=1.0, spread=3.0, covariates=np.array([2.0]))
    past, known = random.normal(size=(2, 5)), random.normal(size=(2, BLOCK_STEPS + 3, 1))
    change = model.forecast(past, BLOCK_STEPS + 3, known) - model.forecast(past, BLOCK_STEPS + 3, 0 * known)
    assert 3 * model.effects(2 * known[..., 0]) == pytest.approx(change)


def test_without_what_it_takes_in_there_is_no_forecast() -> None:
    model = Autoregression(np.array([1.0]), 0.0, shift=0.0, spread=1.0, covariates=np.array([2.0, 3]))
    with pytest.raises(ValueError, match="takes 2 channels of what is known of each step"):
        model.forecast(np.array([[1.0]]), 1)
