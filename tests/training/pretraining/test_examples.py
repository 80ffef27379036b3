"""Examples to pretrain on are what a request for their windows would be, with what came after them."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from models.seasonal.adjusted_windows import MOST_VALUES
from tests.support.any_series.tiny import any_forecaster, any_spec, seasonal_values
from training.data.adjusted_samples import LARGEST_TARGET
from training.export.parity import window_inputs
from training.pretraining.examples import LARGEST_WEIGHT, LEAST_WEIGHT, Examples, joined

SPEC = any_spec(window=16, outputs=4)


def rows(count: int, length: int, season: int = 12) -> NDArray[np.float64]:
    return np.array([seasonal_values(length, season, seed, noise=1) for seed in range(count)])


@pytest.mark.parametrize("length", [8, 40, MOST_VALUES + 9])
@pytest.mark.parametrize("seasons", [(), (4,), (4, 12), (12, 600)])
def test_the_network_takes_in_what_it_would_be_served_with(length: int, seasons: Sequence[int]) -> None:
    values = rows(3, length + 4)
    examples = Examples.of(values, seasons, SPEC)
    held = [season for season in seasons if season <= min(length, MOST_VALUES) // 2]
    inputs = any_forecaster(SPEC).prepare(values[:, :length], 4, seasons=[held] * 3)
    expected = window_inputs(SPEC, inputs.contexts, inputs.known_future).transpose(1, 0, 2)
    made = examples.inputs()
    # What is known of targets stands beside values that no target is so far ahead of; the network doesn't look there.
    assert np.array_equal(made[:, 12:], expected[:, 12:])
    assert np.array_equal(made[:, :, :5], expected[:, :, :5])
    assert np.allclose(inputs.scale.unscaled(examples.targets[..., None])[..., 0], values[:, length:], rtol=1e-5)


def test_what_is_not_known_is_nan_and_without_a_first_target_there_is_no_example() -> None:
    values = rows(4, 44)
    values[0, 42:] = np.nan
    values[1, 40:] = np.nan
    values[2, 40] = np.nan
    examples = Examples.of(values, (12,), SPEC)
    assert examples.size == 2
    assert np.isnan(examples.targets).tolist() == [[False, False, True, True], [False] * 4]
    assert np.isfinite(examples.inputs()).all()
    assert np.isfinite(examples.weights).all()


def test_a_window_with_a_gap_or_without_end_makes_no_example() -> None:
    values = rows(3, 44)
    values[0, 20] = np.nan
    with np.errstate(invalid="ignore"):
        assert Examples.of(values, (12,), SPEC).size == 2


def test_errors_count_by_the_seasonal_naive_and_less_far_ahead() -> None:
    rng = np.random.default_rng(0)
    steady, wild = np.resize(np.arange(12.0), 44), np.resize(np.arange(12.0), 44)
    wild = wild + rng.normal(0, 3, 44)
    steady = steady + rng.normal(0, 0.5, 44)
    examples = Examples.of(np.stack([steady, wild, 1000 * wild]), (12,), SPEC)
    assert np.allclose(examples.weights[1], examples.weights[2], rtol=1e-4)
    assert (np.diff(examples.weights, axis=1) < 0).all()
    assert (examples.weights <= LARGEST_WEIGHT * 6**0.5).all()
    assert (examples.weights > LEAST_WEIGHT * 0.5).all()


def test_constants_and_far_targets_are_no_lesson_without_bounds() -> None:
    values = np.stack([np.full(44, 5.0), np.zeros(44), np.r_[np.arange(40.0) % 3, [1e9] * 4]])
    examples = Examples.of(values, (), SPEC)
    assert examples.size == 3
    for numbers in examples:
        assert np.isfinite(numbers).all()
    assert np.abs(examples.targets).max() == LARGEST_TARGET


def test_parts_are_joined_and_chosen_in_order() -> None:
    first, second = Examples.of(rows(3, 44), (12,), SPEC), Examples.of(rows(2, 30), (4,), SPEC)
    both = joined([first, second])
    assert both.size == 5
    picked = both.chosen(np.array([4, 0, 0]))
    assert np.array_equal(picked.targets, np.stack([second.targets[1], first.targets[0], first.targets[0]]))


def test_after_the_first_outputs_the_network_sees_these_in_place_of_predictions() -> None:
    values = rows(3, 40 + 8)
    shares = np.array([1, 0, 0.5], np.float32)
    examples = Examples.of(values, (12,), SPEC, shares)
    inputs = any_forecaster(SPEC).prepare(values[:, :40], 8, seasons=[(12,)] * 3)
    assert inputs.known_future is not None
    true = inputs.scale.scaled(values[:, 40:, None])
    assert np.array_equal(examples.targets, true[:, 4:, 0])
    made = examples.inputs()
    # What stands beside, as in the loop's second step.
    assert np.array_equal(made[:, 12:, 1:], inputs.known_future[:, 16:20])
    assert np.array_equal(made[:, :12, 0], inputs.contexts[:, 4:, 0])
    seen, mean = made[:, 12:, 0], true[:, :4, 0].mean(axis=1)
    assert np.allclose(seen[0], true[0, :4, 0])
    assert np.allclose(seen[1], mean[1])
    assert np.allclose(seen[2], (true[2, :4, 0] + mean[2]) / 2)
    first = Examples.of(values[:, :44], (12,), SPEC)
    assert (examples.weights < first.weights[:, -1:]).all()
