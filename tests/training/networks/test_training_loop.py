from typing import Any

import numpy as np
import pytest

from training.keras_backend import load_keras
from training.networks.training_arrays import TrainingArrays
from training.networks.training_loop import Losses, Phase, fit_phase
from training.recipes.sections import FitSection

EMPTY = TrainingArrays(np.empty((0, 1), np.float32), np.empty((0, 1), np.float32))
TWO = TrainingArrays(np.array([[1], [2]], np.float32), np.array([[3], [6]], np.float32))


def test_the_losses_of_a_second_phase_follow_those_of_the_first() -> None:
    first, second = Losses((3.0, 2.0), (5.0, 4.0)), Losses((1.0,), (0.5,))
    assert first.followed_by(second) == Losses((3.0, 2.0, 1.0), (5.0, 4.0, 0.5), phase_change_epoch=2)
    assert first.followed_by(Losses((1.0,), None)) == Losses((3.0, 2.0, 1.0), None, phase_change_epoch=2)


@pytest.fixture
def line() -> Any:
    """A network of one weight, which starts at 1, so that its output is its input."""
    keras = load_keras()
    return keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False, kernel_initializer="ones")])


def test_a_phase_reports_its_losses_and_every_epoch(line: Any) -> None:
    epochs: list[int] = []
    phase = Phase("", TWO, TWO, epochs=2, learning_rate=1e-30)
    losses = fit_phase(line, phase, FitSection(), None, epochs.append)
    assert epochs == [1, 2]
    # The errors are 2 and 4.
    assert losses.training == pytest.approx((10, 10))
    assert losses.validation == pytest.approx((10, 10))
    assert losses.phase_change_epoch is None


def test_a_phase_moves_the_weights_by_its_learning_rate(line: Any) -> None:
    fit_phase(line, Phase("", TWO, EMPTY, epochs=1, learning_rate=0.25), FitSection(), None, lambda _: None)
    # The first step of Adam is as long as the learning rate.
    assert line.get_weights()[0] == pytest.approx(1.25, abs=1e-5)


def test_without_validation_arrays_there_is_no_validation_loss(line: Any) -> None:
    phase = Phase("", TWO, EMPTY, epochs=1, learning_rate=1e-30)
    assert fit_phase(line, phase, FitSection(patience=3), None, lambda _: None).validation is None


def test_weights_and_unknown_targets_change_the_loss(line: Any) -> None:
    weighted = TWO._replace(weights=np.array([2, 0], np.float32))
    phase = Phase("", weighted, weighted, epochs=1, learning_rate=1e-30)
    losses = fit_phase(line, phase, FitSection(), None, lambda _: None)
    assert losses.training == pytest.approx((4,))
    assert losses.validation == pytest.approx((4,))
    unknown = TWO._replace(targets=np.array([[3], [np.nan]], np.float32))
    phase = Phase("", unknown, EMPTY, epochs=1, learning_rate=1e-30)
    assert fit_phase(line, phase, FitSection(), None, lambda _: None).training == pytest.approx((2,))


def test_patience_stops_a_phase_and_restores_the_best_weights(line: Any) -> None:
    # Training moves the weight towards 3, validation is best at 1.
    validation = TWO._replace(targets=TWO.inputs)
    phase = Phase("", TWO, validation, epochs=50, learning_rate=0.1)
    losses = fit_phase(line, phase, FitSection(patience=2), None, lambda _: None)
    assert len(losses.training) == 3
    assert line.get_weights()[0] == pytest.approx(1.1, abs=1e-4)


def test_random_batches_make_an_epoch_of_that_many_steps(line: Any) -> None:
    phase = Phase("", TWO, EMPTY, epochs=1, learning_rate=0.1)
    fit_phase(line, phase, FitSection(batches=5, batch_size=1), None, lambda _: None)
    assert int(line.optimizer.iterations) == 5
