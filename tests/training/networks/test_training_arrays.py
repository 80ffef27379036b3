from itertools import chain, count
from typing import Any

import numpy as np
import pytest

from training.data.splits import Samples
from training.keras_backend import load_keras
from training.networks.training_arrays import TRUE_STEPS_WEIGHT, TrainingArrays, feedback_arrays, random_batches
from training.recipes.recipe import Recipe

ROWS = np.arange(10, dtype=np.float32)


def epochs_of(dataset: Any, epochs: int) -> list[list[float]]:
    """The inputs that each epoch draws, after a check that each one comes with the target of its sample."""
    drawn = []
    for _ in range(epochs):
        inputs, targets = zip(*(dataset[index] for index in range(len(dataset))), strict=True)
        assert np.array_equal(np.concatenate(inputs) * 2, np.concatenate(targets))
        drawn.append(np.concatenate(inputs).tolist())
        dataset.on_epoch_end()
    return drawn


def test_random_batches_draw_all_samples_before_one_is_drawn_again() -> None:
    load_keras().utils.set_random_seed(0)
    drawn = epochs_of(random_batches(TrainingArrays(ROWS, ROWS * 2), batch_size=3, batches=2), epochs=5)
    assert [len(epoch) for epoch in drawn] == [6] * 5
    samples = [*chain(*drawn)]
    assert [sorted(samples[first : first + 10]) for first in (0, 10, 20)] == [list(range(10))] * 3
    assert samples[:10] != samples[10:20] != list(range(10))


def test_random_batches_follow_the_seed_and_hold_the_weights() -> None:
    drawn = []
    for seed in (0, 0, 1):
        load_keras().utils.set_random_seed(seed)
        dataset = random_batches(TrainingArrays(ROWS, ROWS, ROWS + 5), batch_size=4, batches=1)
        inputs, _, weights = dataset[0]
        assert np.array_equal(weights, inputs + 5)
        drawn.append(inputs.tolist())
    assert drawn[0] == drawn[1] != drawn[2]


@pytest.fixture
def samples() -> Samples:
    """Two sequences of 5 steps and 2 channels, with targets at the last 4."""
    counter = count()
    windows = np.array([[[next(counter), 0] for _ in range(5)] for _ in range(2)], np.float32)
    return Samples(windows, np.ones((2, 4, 1), np.float32))


WINDOWS = Recipe().with_values({"rollout": "state", "window": 3, "burn_in": 2, "feedback": 3}).windows


def test_feedback_masks_the_last_steps_and_weighs_true_steps_more(samples: Samples) -> None:
    inputs, targets, weights = feedback_arrays(WINDOWS, samples)
    assert inputs[0].tolist() == [[1, 0, 0], [1, 1, 0], [1, 2, 0], [0, 3, 0], [0, 4, 0]]
    assert np.array_equal(inputs[..., 1:], samples.windows)
    assert np.array_equal(targets, samples.targets)
    # The two true steps share a weight of 10, the two others a weight of 1; their mean is 1.
    assert TRUE_STEPS_WEIGHT == 10
    assert weights is not None
    assert weights == pytest.approx(np.array([[20, 20, 2, 2]] * 2) / 11)


def test_feedback_keeps_at_most_as_many_sequences_as_asked_for(samples: Samples) -> None:
    assert np.array_equal(feedback_arrays(WINDOWS, samples, 1).inputs[:, 0, 1], [0])
    assert len(feedback_arrays(WINDOWS, samples, 2).inputs) == 2
    assert len(feedback_arrays(WINDOWS, Samples(*(each[:0] for each in samples)), 1).inputs) == 0
