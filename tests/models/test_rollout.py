"""The rollout, on a step whose answers can be worked out by hand."""

import time

import numpy as np
import pytest
from numpy.typing import NDArray

from models.errors import ForecastTimeout
from models.network import Step
from models.rollout import rollout


def add_up(inputs: NDArray[np.float32]) -> Step:
    """A network that predicts the sum of its window, feature by feature."""
    return Step(inputs.sum(axis=0), ())


def roll(contexts: list[list[float]], *, window: int, lead: int, horizon: int) -> list[list[float]]:
    batch = np.array(contexts, np.float32)[..., None]
    answer: list[list[float]] = rollout(add_up, batch, window=window, lead=lead, horizon=horizon)[..., 0].tolist()
    return answer


def test_one_step_is_the_network_on_the_window() -> None:
    assert roll([[1, 2, 3]], window=3, lead=1, horizon=1) == [[6]]


def test_predictions_are_fed_back_in_order() -> None:
    assert roll([[1, 2]], window=2, lead=1, horizon=4) == [[3, 5, 8, 13]]


def test_with_a_lead_the_window_slides_over_the_values_sent_first() -> None:
    # The window [1, 2] predicts the value after 3, then [2, 3] the next, then [3, 3] and [3, 5].
    assert roll([[1, 2, 3]], window=2, lead=2, horizon=4) == [[3, 5, 6, 8]]


def test_a_batch_rolls_out_as_its_rows_do_alone() -> None:
    first, second = [1.0, 2, 3], [10.0, 20, 30]
    together = roll([first, second], window=2, lead=2, horizon=5)
    alone = [*roll([first], window=2, lead=2, horizon=5), *roll([second], window=2, lead=2, horizon=5)]
    assert together == alone


def test_features_are_fed_back_each_to_its_own_place() -> None:
    contexts = np.array([[[1, 100], [2, 200]]], np.float32)
    answer = rollout(add_up, contexts, window=2, lead=1, horizon=2)
    assert answer.tolist() == [[[3, 300], [5, 500]]]


def test_a_context_of_another_length_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="a context of 3 values is needed, not 2"):
        roll([[1, 2]], window=2, lead=2, horizon=1)


def test_a_rollout_past_its_deadline_is_given_up() -> None:
    contexts = np.zeros((1, 2, 1), np.float32)
    with pytest.raises(ForecastTimeout, match="step 0 of 9"):
        rollout(add_up, contexts, window=2, lead=1, horizon=9, deadline=time.monotonic() - 1)
