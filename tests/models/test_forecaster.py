"""Raw units in, raw units out."""

from typing import Any

import numpy as np
import pytest

from models.errors import InvalidHorizon, InvalidWindow
from models.forecaster import ROWS_PER_CALL, Forecaster
from models.manifest import Shape
from models.network import Network
from models.rollout import rollout
from tests.support.tiny import graph_of, tiny_shape
from training.graph import Layer, build_graph

PAIR = tiny_shape(features=("a", "b"), window=2, lead=2)


def forecaster(shape: Shape) -> Forecaster:
    return Forecaster(shape, Network(graph_of(shape)), title="it")


def test_values_are_scaled_on_the_way_in_and_back_on_the_way_out() -> None:
    model = forecaster(PAIR)  # means 1 and 2, scales 2 and 3
    raw = [[3.0, 5.0], [1.0, 2.0], [5.0, -1.0]]
    scaled = np.array([[[1, 1], [0, 0], [2, -1]]], np.float32)
    expected = rollout(model.network, PAIR, scaled, 4) * [2, 3] + [1, 2]
    assert np.allclose(model.forecast([raw], 4), expected)


def test_the_shape_tells_how_to_go_on() -> None:
    window, state = forecaster(tiny_shape(window=2)), forecaster(tiny_shape(window=2, rollout="state"))
    scaled = np.array([[[1], [2]]], np.float32)  # mean 1, scale 2
    expected = rollout(state.network, state.shape, scaled, 4) * 2 + 1
    answers = state.forecast([[3.0, 5.0]], 4)
    assert np.allclose(answers, expected)
    assert answers[0, 0] == window.forecast([[3.0, 5.0]], 4)[0, 0]
    assert not np.allclose(answers[0, 1:], window.forecast([[3.0, 5.0]], 4)[0, 1:])


def test_the_window_may_be_numbers_or_rows_for_one_feature() -> None:
    model = forecaster(tiny_shape(window=3))
    numbers = model.forecast([[1.0, 2, 3]], 2)
    assert numbers.shape == (1, 2, 1)
    assert model.forecast([[[1.0], [2.0], [3.0]]], 2).tolist() == numbers.tolist()
    assert model.forecast(np.array([[[1.0], [2], [3]]]), 2).tolist() == numbers.tolist()


def test_windows_of_different_lengths_count_by_their_ends() -> None:
    model = forecaster(tiny_shape(window=3))
    answers = model.forecast([[1.0, 2, 3], [7.0, 7, 1, 2, 3]], 2)
    assert answers[0].tolist() == answers[1].tolist()


def test_a_batch_larger_than_a_call_keeps_its_order() -> None:
    model = forecaster(tiny_shape(window=2))
    windows = [[float(number), 1.0] for number in range(ROWS_PER_CALL + 5)]
    answers = model.forecast(windows, 2)
    assert np.allclose(answers[-1], model.forecast([windows[-1]], 2)[0], atol=1e-6)
    assert len(answers) == ROWS_PER_CALL + 5


@pytest.mark.parametrize(
    ("shape", "window", "message", "location"),
    [
        (tiny_shape(window=3), [1.0, 2], "the window has 2 values; it needs at least 3", (0,)),
        (tiny_shape(window=3), [1.0], "the window has 1 value;", (0,)),
        (PAIR, [[1.0, 2]], "the window has 1 value; it needs at least 3", (0,)),
        (PAIR, [[0.0, 0], [1, 2], [1, 2], [3]], "a row of 2 numbers (a, b), but a row of 1 came", (0, 3)),
        (PAIR, [1.0, 2, 3], "a row of 2 numbers (a, b), but a single number came", (0, 0)),
        (tiny_shape(window=2), [[1.0, 2], [1, 2]], "must be a number, but a row of 2 came", (0, 0)),
        (tiny_shape(window=2), [[1.0], 2], "each value must be a number", (0,)),
        (tiny_shape(window=2), [0.0, 1, float("nan")], "values must be finite", (0, 2)),
        (tiny_shape(window=2), [0.0, -1e300, 1], "fit in 32-bit floats", (0, 1)),
    ],
)
def test_a_window_that_does_not_fit_is_explained(
    shape: Shape, window: Any, message: str, location: tuple[int, ...]
) -> None:
    with pytest.raises(InvalidWindow) as caught:
        forecaster(shape).forecast([window])
    assert message in str(caught.value)
    assert caught.value.location[: len(location)] == location


def test_the_location_tells_which_of_many_windows() -> None:
    with pytest.raises(InvalidWindow) as caught:
        forecaster(tiny_shape(window=2)).forecast([[1.0, 2], [1.0, float("inf")]])
    assert caught.value.location == (1, 1)


def test_no_windows_at_all() -> None:
    with pytest.raises(InvalidWindow, match="at least one window"):
        forecaster(tiny_shape()).forecast([])


def test_a_horizon_below_one_is_refused() -> None:
    with pytest.raises(InvalidHorizon, match="at least 1, not 0"):
        forecaster(tiny_shape(window=1)).forecast([[1.0]], 0)


def test_fewer_targets_than_features_can_not_be_fed_back() -> None:
    model = forecaster(tiny_shape(features=("a", "b"), targets=("b",), window=1))
    assert model.forecast([[[1.0, 2]]]).shape == (1, 1, 1)
    with pytest.raises(InvalidHorizon, match="forecasts b from a, b, so its answers can't be fed back"):
        model.forecast([[[1.0, 2]]], 2)


def test_an_answer_that_is_not_finite_is_never_given() -> None:
    huge = np.full(1, 3e38, np.float32)
    layer = Layer(np.ones((1, 1), np.float32), np.zeros((1, 1), np.float32), np.zeros(1, np.float32))
    graph = build_graph("simple_rnn", [layer], huge[None], huge)
    model = Forecaster(tiny_shape("simple_rnn", window=1, units=(1,)), Network(graph))
    with pytest.raises(InvalidWindow, match="not a finite number") as caught:
        model.forecast([[-9.0], [9.0]])
    assert caught.value.location == (1,)
