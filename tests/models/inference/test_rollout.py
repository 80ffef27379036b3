"""The rollout, on a step whose answers can be worked out by hand."""

import numpy as np
import pytest
from numpy.typing import NDArray

from models.inference.rollout import rollout
from models.spec.model_spec import RolloutMode
from tests.support.tiny import tiny_spec
from tests.support.worked import AddUp, Last

Array = NDArray[np.float32]


def rolling_forecasts(
    contexts: list[list[float]], *, window: int, lead: int, horizon: int, mode: RolloutMode = "window"
) -> list[list[float]]:
    batch = np.array(contexts, np.float32)[..., None]
    answer = rollout(AddUp(), tiny_spec(window=window, lead=lead, rollout=mode), batch, horizon)
    rows: list[list[float]] = answer[..., 0].tolist()
    return rows


@pytest.mark.parametrize("mode", ["window", "state"])
def test_one_step_is_the_network_on_the_window(mode: RolloutMode) -> None:
    assert rolling_forecasts([[1, 2, 3]], window=3, lead=1, horizon=1, mode=mode) == [[6]]


def test_predictions_are_fed_back_in_order() -> None:
    assert rolling_forecasts([[1, 2]], window=2, lead=1, horizon=4) == [[3, 5, 8, 13]]


def test_with_a_lead_the_window_slides_over_the_values_sent_first() -> None:
    # The window [1, 2] predicts the value after 3, then [2, 3] the next, then [3, 3] and [3, 5].
    assert rolling_forecasts([[1, 2, 3]], window=2, lead=2, horizon=4) == [[3, 5, 6, 8]]


def test_a_carried_state_takes_in_one_prediction_after_another() -> None:
    # 1 + 2 gives 3; with 3 taken in the sum is 6, with 6 it is 12.
    assert rolling_forecasts([[1, 2]], window=2, lead=1, horizon=4, mode="state") == [[3, 6, 12, 24]]


def test_a_carried_state_takes_in_the_values_sent_after_the_window_first() -> None:
    # The window gives 3; then come the true 3 and 7, then the predictions 3 and 6.
    assert rolling_forecasts([[1, 2, 3, 7]], window=2, lead=3, horizon=5, mode="state") == [[3, 6, 13, 16, 22]]


def test_a_state_is_carried_from_a_window_of_one_value() -> None:
    assert rolling_forecasts([[5]], window=1, lead=1, horizon=3, mode="state") == [[5, 10, 20]]


@pytest.mark.parametrize("mode", ["window", "state"])
def test_a_batch_rolls_out_as_its_rows_do_alone(mode: RolloutMode) -> None:
    rows = [[1.0, 2, 3], [10.0, 20, 30]]
    together = rolling_forecasts(rows, window=2, lead=2, horizon=5, mode=mode)
    assert together == [rolling_forecasts([row], window=2, lead=2, horizon=5, mode=mode)[0] for row in rows]


@pytest.mark.parametrize(("mode", "third"), [("window", [8, 800]), ("state", [12, 1200])])
def test_features_are_fed_back_each_to_its_own_place(mode: RolloutMode, third: list[float]) -> None:
    contexts = np.array([[[1, 100], [2, 200]]], np.float32)
    answer = rollout(AddUp(), tiny_spec(features=("a", "b"), window=2, rollout=mode), contexts, 3)
    assert answer[0, 0].tolist() == [3, 300]
    assert answer[0, 2].tolist() == third


def test_a_context_of_another_length_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="a context of 3 values is needed, not 2"):
        rolling_forecasts([[1, 2]], window=2, lead=2, horizon=1)


MODES: list[RolloutMode] = ["window", "state"]


@pytest.mark.parametrize("mode", MODES)
def test_lagged_values_are_predictions_once_there_are_any(mode: RolloutMode) -> None:
    spec = tiny_spec(window=1, lags=(3,), rollout=mode)
    answer = rollout(Last([1], [1]), spec, np.array([[[1], [2], [3]]], np.float32), 5)
    # 3 + 1, 4 + 2, 6 + 3, then 9 + 4 and 13 + 6.
    assert answer[0, :, 0].tolist() == [4, 6, 9, 13, 19]


@pytest.mark.parametrize("mode", MODES)
def test_the_last_step_is_told_the_calendar_of_its_own_target(mode: RolloutMode) -> None:
    spec = tiny_spec(window=2, lead=2, calendar=("day",), frequency="1h", rollout=mode)
    known_future = np.arange(10, dtype=np.float32).reshape(1, 5, 2)  # of two steps of the window, and three more
    answer = rollout(Last([0], [1], [0]), spec, np.zeros((1, 3, 1), np.float32), 4, known_future=known_future)
    assert answer[0, :, 0].tolist() == [2, 4, 6, 8]


@pytest.mark.parametrize(("mode", "steps"), [("window", [3, 3, 3]), ("state", [3, 2, 2])])
def test_several_outputs_are_as_many_steps(mode: RolloutMode, steps: list[int]) -> None:
    network = Last([1, 10])
    spec = tiny_spec(window=3, outputs=2, rollout=mode)
    answer = rollout(network, spec, np.array([[[7], [7], [1]]], np.float32), 5)
    assert answer[0, :, 0].tolist() == [1, 10, 10, 100, 100]
    assert [shape[0] for shape in network.shapes] == steps


def test_several_outputs_of_several_features_follow_step_by_step() -> None:
    spec = tiny_spec(features=("a", "b"), window=1, outputs=2)
    answer = rollout(Last([1, 0, 3, 0], [0, 1, 0, 5]), spec, np.array([[[2, 100]]], np.float32), 4)
    assert answer.tolist() == [[[2, 100], [6, 500], [6, 500], [18, 2500]]]


def test_a_horizon_within_the_outputs_takes_one_call_and_is_cut() -> None:
    network = Last([1, 2, 3])
    assert rollout(network, tiny_spec(window=1, outputs=3), np.ones((1, 1, 1), np.float32), 2).tolist() == [[[1], [2]]]
    assert network.shapes == [(1, 1, 1)]
