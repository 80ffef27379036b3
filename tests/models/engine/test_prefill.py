"""The first call, on networks whose answers can be worked out by hand."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from models.engine.prefill import prefill
from models.engine.request import RequestSlice, RolloutRequest
from models.graphs.onnx_network import Steps
from models.spec.model_spec import ModelSpec
from tests.support.tiny import tiny_spec
from tests.support.worked import AddUp, Last, Summed

Array = NDArray[np.float32]
PAIRS = tiny_spec(window=2)
CARRIED = tiny_spec(window=2, rollout="state")


def request(
    network: AddUp | Last,
    spec: ModelSpec,
    horizon: int,
    contexts: Sequence[Sequence[float | Sequence[float]]],
    known_future: Array | None = None,
) -> RolloutRequest:
    """A request whose predictions are -1 until they are written."""
    rows = np.array(contexts, np.float32).reshape(len(contexts), spec.input_length, len(spec.features))
    found = RolloutRequest(network.as_network(), spec, rows, horizon, known_future)
    found.predictions[:] = -1
    return found


def predictions(of: RolloutRequest) -> list[list[float]]:
    """Each row's predictions of the first target."""
    found: list[list[float]] = of.predictions[..., 0].tolist()
    return found


def whole(of: RolloutRequest) -> RequestSlice:
    return RequestSlice(of, 0, len(of.contexts))


def test_rows_of_several_requests_run_in_one_call_and_each_gets_its_own_answer() -> None:
    network = AddUp()
    first, second = request(network, PAIRS, 1, [[1, 2], [3, 4]]), request(network, PAIRS, 1, [[10, 20]])
    assert prefill(network.as_network(), [whole(first), whole(second)]) == []
    assert (predictions(first), predictions(second)) == ([[3], [7]], [[30]])
    assert network.shapes == [(2, 3, 1)]


def test_only_the_rows_of_a_slice_are_run_and_answered() -> None:
    network = AddUp()
    asked = request(network, PAIRS, 1, [[1, 2], [3, 4], [5, 6], [7, 8]])
    prefill(network.as_network(), [RequestSlice(asked, 1, 3)])
    assert predictions(asked) == [[-1], [7], [11], [-1]]
    assert network.shapes == [(2, 2, 1)]


def test_a_request_within_the_outputs_is_answered_whole_and_no_more() -> None:
    network = Last([1, 10, 100])
    spec = tiny_spec(window=1, outputs=3)
    two, three = request(network, spec, 2, [[1], [2]]), request(network, spec, 3, [[3]])
    assert prefill(network.as_network(), [whole(two), whole(three)]) == []
    assert (predictions(two), predictions(three)) == ([[1, 10], [2, 20]], [[3, 30, 300]])


def test_a_longer_request_comes_back_row_by_row_with_what_it_takes_to_go_on() -> None:
    network = AddUp()
    asked = request(network, CARRIED, 3, [[1, 2], [3, 4], [5, 6]])
    rows = prefill(network.as_network(), [RequestSlice(asked, 1, 3)])
    assert predictions(asked) == [[-1, -1, -1], [7, -1, -1], [11, -1, -1]]
    assert [(row.request, row.index, row.done) for row in rows] == [(asked, 1, 1), (asked, 2, 1)]
    assert [row.newest.tolist() for row in rows] == [[[4], [7]], [[6], [11]]]
    assert [[state.tolist() for state in row.states] for row in rows] == [[[7], [2]], [[11], [2]]]


def test_a_row_whose_window_slides_keeps_no_states_though_the_graph_gives_some() -> None:
    network = AddUp()
    (row,) = prefill(network.as_network(), [whole(request(network, PAIRS, 3, [[1, 2]]))])
    assert (row.newest.tolist(), row.states) == ([[2], [3]], ())


def test_short_and_long_requests_share_a_call_and_only_the_long_ones_go_on() -> None:
    network = AddUp()
    short, long = request(network, CARRIED, 1, [[1, 2], [3, 4]]), request(network, CARRIED, 2, [[10, 20]])
    (row,) = prefill(network.as_network(), [whole(short), whole(long)])
    assert (predictions(short), predictions(long)) == ([[3], [7]], [[30, -1]])
    assert (row.request, row.index, row.newest.tolist()) == (long, 0, [[20], [30]])
    assert [state.tolist() for state in row.states] == [[30], [2]]


def test_all_outputs_of_a_longer_request_are_its_first_predictions() -> None:
    network = Last([1, 10, 100])
    asked = request(network, tiny_spec(window=4, outputs=3), 5, [[1, 2, 3, 4]])
    (row,) = prefill(network.as_network(), [whole(asked)])
    assert predictions(asked) == [[4, 40, 400, -1, -1]]
    assert (row.done, row.newest.tolist()) == (3, [[4], [4], [40], [400]])


def test_outputs_beyond_the_window_leave_only_the_newest_of_them_to_go_on_from() -> None:
    network = Last([1, 10, 100])
    asked = request(network, tiny_spec(window=2, outputs=3), 4, [[1, 2]])
    (row,) = prefill(network.as_network(), [whole(asked)])
    assert predictions(asked) == [[2, 20, 200, -1]]
    assert row.newest.tolist() == [[20], [200]]


def test_outputs_of_several_features_follow_step_by_step() -> None:
    network = Last([1, 0, 3, 0], [0, 1, 0, 5])
    asked = request(network, tiny_spec(features=("a", "b"), window=2, outputs=2), 3, [[[9, 9], [2, 100]]])
    (row,) = prefill(network.as_network(), [whole(asked)])
    assert asked.predictions[0].tolist() == [[2, 100], [6, 500], [-1, -1]]
    assert row.newest.tolist() == [[2, 100], [6, 500]]


def test_values_that_the_window_does_not_reach_are_kept_for_later_steps() -> None:
    network = AddUp()
    asked = request(network, tiny_spec(window=2, lead=3), 2, [[1, 2, 10, 20]])
    (row,) = prefill(network.as_network(), [whole(asked)])
    assert predictions(asked) == [[3, -1]]
    assert row.newest.tolist() == [[2], [10], [20], [3]]


def test_a_window_is_told_its_own_steps_future_however_far_its_request_goes() -> None:
    network = Summed([0], [1], [0], [0], [0])
    spec = tiny_spec(window=2, calendar=("day",), frequency="1h")
    near, far = (request(network, spec, horizon, [[0, 0]] * 3, known(1 + horizon, 10 * horizon)) for horizon in (1, 4))
    prefill(network.as_network(), [RequestSlice(near, 0, 1), RequestSlice(far, 1, 3)])
    # A row's future is 1,000 times its index above that of the first.
    assert [answers[0] for answers in predictions(near)] == [10 + 11, -1, -1]
    assert [answers[0] for answers in predictions(far)] == [-1, 1040 + 1041, 2040 + 2041]


def known(steps: int, first: float) -> Array:
    """What is known of so many steps' targets, in 4 channels, for three rows."""
    found = np.zeros((3, steps, 4), np.float32)
    found[..., 0] = first + 1000 * np.arange(3)[:, None] + np.arange(steps)
    return found


class Broken(AddUp):
    """A network that can't run."""

    def __call__(self, *_: object) -> Steps:
        raise ZeroDivisionError("it never could")


def test_what_keeps_the_network_from_running_is_raised_and_nothing_is_answered() -> None:
    network = Broken()
    asked = request(network, PAIRS, 1, [[1, 2]])
    with pytest.raises(ZeroDivisionError, match="it never could"):
        prefill(network.as_network(), [whole(asked)])
    assert predictions(asked) == [[-1]]
