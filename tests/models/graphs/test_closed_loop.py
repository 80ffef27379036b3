"""The loop of a graph: what it looks like, that ONNX has it, and its steps against numbers worked by hand."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from numpy.typing import NDArray

from models.graphs.closed_loop import END, loops
from models.graphs.graph_file import BOOL, FLOAT, INT64, Graph, Node, read_graph
from models.graphs.onnx_network import Further, OnnxNetwork
from models.inference.rollout import advance
from models.spec.covariate import Covariate
from models.spec.model_spec import ModelSpec, RolloutMode
from tests.support.made_up import EVERY_OPTION
from tests.support.tiny import graph_of, tiny_spec
from training.export.onnx_graph import Layer, Member, build_graph

Array = NDArray[np.float32]


def loop_of(spec: ModelSpec) -> tuple[Graph, Node, Graph]:
    """A whole graph, its loop and the loop's body."""
    graph = read_graph(graph_of(spec))
    loop = graph.nodes[-1]
    assert loop.body is not None
    return graph, loop, loop.body


def lines(nodes: Sequence[Node]) -> list[str]:
    return [f"{', '.join(each.outputs)} = {each.operator}({', '.join(each.inputs)})" for each in nodes]


def test_a_window_slides_in_the_loop() -> None:
    graph, loop, body = loop_of(tiny_spec("simple_rnn", window=4))
    assert (loop.operator, loop.attributes) == ("Loop", {})
    assert loop.inputs == ("further_steps", "", "output", "input")
    assert loop.outputs == ("loop_last_output", "loop_last_window", "further_outputs")
    assert [*body.inputs] == ["index", "go_on", "last_output", "last_window"]
    assert [*body.outputs] == ["goes_on", "next_output", "next_input", "given_output"]
    assert [each.type for each in body.inputs.values()] == [INT64, BOOL, FLOAT, FLOAT]
    assert lines(body.nodes) == [
        "goes_on = Identity(go_on)",
        "last_values = Reshape(last_output, loop_output_shape)",
        "longer_window = Concat(last_window, last_values)",
        "next_input = Slice(longer_window, loop_next_input_from, loop_next_input_to, loop_next_input_axis)",
        ", next_m0_0_state_m0_0_h = RNN(next_input, m0_0_W, m0_0_R, m0_0_B)",
        "next_last = Squeeze(next_m0_0_state_m0_0_h, layer)",
        "next_output = Gemm(next_last, output_kernel, output_bias)",
        "given_output = Identity(next_output)",
    ]
    constants = {name: each.values for name, each in graph.constants.items() if each.type == INT64}
    assert constants == {
        "directions": (1,),
        "layer": (0,),
        "loop_output_shape": (1, -1, 1),
        "loop_next_input_from": (-4,),
        "loop_next_input_to": (END,),
        "loop_next_input_axis": (0,),
        "further_steps": (0,),
    }
    assert [*graph.inputs] == ["input", "further_steps"]
    assert graph.outputs["further_outputs"].shape == ("further", "batch", 1)


def test_states_are_carried_through_the_loop_beside_what_is_known() -> None:
    spec = tiny_spec("gru", ("a", "b"), window=3, outputs=2, lags=(4,), quantiles=(0.1, 0.9), rollout="state")
    graph, loop, body = loop_of(spec)
    assert loop.inputs == ("further_steps", "", "output", "left_state_m0_0_h")
    assert loop.outputs == ("loop_last_output", "final_state_m0_0_h", "further_outputs")
    assert [*body.inputs] == ["index", "go_on", "last_output", "next_state_m0_0_h"]
    assert [*body.outputs] == ["goes_on", "next_output", "next_left_state_m0_0_h", "given_output"]
    assert lines(body.nodes) == [
        "goes_on = Identity(go_on)",
        "last_values = Reshape(last_output, loop_output_shape)",
        "values_by_step = Transpose(last_values)",
        "fed_back = Slice(values_by_step, loop_fed_back_from, loop_fed_back_to, loop_fed_back_axis)",
        "known_now = Gather(known, index)",
        "next_input = Concat(fed_back, known_now)",
        ", next_left_state_m0_0_h = GRU(next_input, m0_0_W, m0_0_R, m0_0_B, , next_state_m0_0_h)",
        "next_last = Squeeze(next_left_state_m0_0_h, layer)",
        "next_output = Gemm(next_last, output_kernel, output_bias)",
        "given_output = Identity(next_output)",
    ]
    assert graph.constants["loop_output_shape"].values == (-1, 2, 6)
    assert graph.inputs["known"].shape == ("further", 2, "batch", 2)
    assert graph.inputs["state_m0_0_h"].shape == body.inputs["next_state_m0_0_h"].shape == (1, "batch", 3)


def test_with_a_lead_what_comes_before_predictions_waits_in_a_queue() -> None:
    graph, loop, body = loop_of(tiny_spec("simple_rnn", ("a", "b"), window=3, lead=3))
    assert loop.inputs == ("further_steps", "", "output", "upcoming", "input")
    assert lines(body.nodes)[2:4] == [
        "queue = Concat(upcoming_values, last_values)",
        "newest_value, upcoming_left = Split(queue, loop_queue_sizes)",
    ]
    assert graph.constants["loop_queue_sizes"].values == (1, 2)
    assert graph.inputs["upcoming"].shape == (2, "batch", 2)


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        (tiny_spec(), True),
        (tiny_spec(features=("a", "b"), targets=("b",)), False),
        (tiny_spec(past=(Covariate(name="x"),)), False),
        (tiny_spec(future=(Covariate(name="x"),)), True),
    ],
)
def test_there_is_a_loop_where_predictions_can_be_fed_back(spec: ModelSpec, expected: bool) -> None:
    assert loops(spec) == expected
    assert ("Loop" in [each.operator for each in read_graph(graph_of(spec)).nodes]) == expected


@pytest.mark.parametrize("name", EVERY_OPTION)
def test_onnx_has_such_a_loop(name: str) -> None:
    model = onnx.load_model_from_string(graph_of(EVERY_OPTION[name], residual=True))
    onnx.checker.check_model(model, full_check=True)
    onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)


@pytest.mark.parametrize("steps", [0, 1, 2, 500])
@pytest.mark.parametrize("mode", ["window", "state"])
def test_onnx_runtime_makes_any_number_of_steps(mode: RolloutMode, steps: int) -> None:
    graph = graph_of(tiny_spec(window=2, rollout=mode))
    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    states = {each.name: np.zeros((1, 3, 3), np.float32) for each in session.get_inputs() if each.name != "input"}
    feeds = {"input": np.ones((2, 3, 1), np.float32), **states}
    output, *_ = session.run(["output"], feeds)
    assert session.run(["further_outputs"], feeds)[0].shape[0] == 0  # unless a call asks for some
    found, outputs, *left = session.run(None, {**feeds, "further_steps": np.array(steps, np.int64)})
    assert np.array_equal(found, output)
    assert (len(outputs), len(left)) == (steps, len(states))
    if steps:
        assert outputs.shape == (steps, 3, 1)
        assert np.isfinite(outputs).all()


def linear(spec: ModelSpec, *weights: Sequence[float]) -> OnnxNetwork:
    """A network that answers from its last step's inputs alone, by weights of shape (channels, outputs)."""
    residual = np.array(weights, np.float32)
    layer = Layer(spec.channels, 1, [np.zeros(size, np.float32) for size in ((spec.channels, 1), (1, 1), (1,))])
    outputs = residual.shape[1]
    member = Member([layer], np.zeros((1, outputs), np.float32), np.zeros(outputs, np.float32), residual)
    return OnnxNetwork(build_graph(spec, [member]))


def one_unit(**more: Any) -> ModelSpec:
    return tiny_spec("simple_rnn", units=(1,), **more)


def steps_of(network: OnnxNetwork, spec: ModelSpec, values: Sequence[float], steps: int) -> list[float]:
    """The first column of what some steps in one call predict for one row."""
    rows = np.array(values, np.float32).reshape(len(values), 1, -1)
    found: list[float] = advance(network, spec, rows, steps).outputs[:, 0, 0].tolist()
    return found


@pytest.mark.parametrize("mode", ["window", "state"])
def test_a_prediction_is_fed_back(mode: RolloutMode) -> None:
    spec = one_unit(window=2, rollout=mode)
    assert steps_of(linear(spec, [2]), spec, [5, 3], 4) == [6, 12, 24, 48]


@pytest.mark.parametrize("mode", ["window", "state"])
def test_with_a_lead_the_values_sent_come_first(mode: RolloutMode) -> None:
    spec = one_unit(window=1, lead=3, rollout=mode)
    # 2 x 1, 2 x 2 and 2 x 3; then the predictions 2, 4 and 6, then theirs.
    assert steps_of(linear(spec, [2]), spec, [1, 2, 3], 7) == [2, 4, 6, 4, 8, 12, 8]


def test_lagged_values_come_from_outside() -> None:
    spec = one_unit(window=1, lags=(3,))
    # 3 + 1, then 4 + 2 and 6 + 3: no more in one call, as the next lagged value is the first prediction.
    assert steps_of(linear(spec, [1], [1]), spec, [1, 2, 3], 3) == [4, 6, 9]


def test_each_step_is_told_what_is_known_of_itself() -> None:
    spec = one_unit(window=1, future=(Covariate(name="x"),))
    network = linear(spec, [1], [10])
    known = np.array([2, 3, 4], np.float32).reshape(3, 1, 1, 1)
    found = network(np.array([[[7, 1]]], np.float32), None, Further(3, known))
    # 7 + 10 x 1; then 10 times each of what is known.
    assert found.outputs[:, 0, 0].tolist() == [17, 37, 67, 107]


@pytest.mark.parametrize("mode", ["window", "state"])
def test_several_outputs_go_forward_together(mode: RolloutMode) -> None:
    spec = one_unit(window=2, outputs=2, rollout=mode)
    assert steps_of(linear(spec, [1, 10]), spec, [7, 1], 3) == [1, 10, 10, 100, 100, 1000]


def test_of_outputs_beyond_the_window_the_newest_are_taken_in() -> None:
    spec = one_unit(window=2, outputs=3)
    half = np.array([[0.5]], np.float32)
    layer = Layer(1, 1, [half, half, np.zeros(1, np.float32)])
    member = Member([layer], np.array([[1, 2, 3]], np.float32), np.array([0, 0, 1], np.float32))
    found = steps_of(OnnxNetwork(build_graph(spec, [member])), spec, [0.5, -1.0], 3)
    expected: list[float] = []
    newest = [0.5, -1.0]
    for _ in range(3):
        hidden = math.tanh(0.5 * newest[1] + 0.5 * math.tanh(0.5 * newest[0]))
        expected += [hidden, 2 * hidden, 3 * hidden + 1]
        newest = expected[-2:]
    assert found == pytest.approx(expected, abs=1e-6)


def test_quantiles_are_given_and_not_fed_back() -> None:
    spec = one_unit(window=1, quantiles=(0.1, 0.9))
    found = advance(linear(spec, [2, 1, 3]), spec, np.array([[[1]], [[10]]], np.float32)[:1], 3).outputs
    assert found[:, 0].tolist() == [[2, 1, 3], [4, 2, 6], [8, 4, 12]]


def test_several_outputs_of_several_features_and_their_quantiles_stay_in_their_places() -> None:
    spec = tiny_spec("simple_rnn", ("a", "b"), window=2, outputs=2, units=(1,), quantiles=(0.1, 0.9))
    a = [1, 0, 5, 0, 6, 0, 2, 0, 7, 0, 8, 0]  # of two steps: a, b, their lower, their upper quantiles
    b = [0, 1, 0, 5, 0, 6, 0, 3, 0, 7, 0, 8]
    values = np.array([[[0, 0], [0, 0]], [[1, 10], [2, 20]]], np.float32)  # of two rows
    found = advance(linear(spec, a, b), spec, values, 2).outputs
    assert found[:, 0, :2].tolist() == [[1, 10], [2, 30], [2, 30], [4, 90]]
    assert found[:, 1, :2].tolist() == [[2, 20], [4, 60], [4, 60], [8, 180]]
    assert found[2, 0].tolist() == [2, 30, 10, 150, 12, 180]


@pytest.mark.parametrize("mode", ["window", "state"])
def test_a_window_slides_and_states_are_carried_by_the_right_values(mode: RolloutMode) -> None:
    spec = one_unit(window=2, rollout=mode)
    layer = Layer(1, 1, [np.array([[0.5]], np.float32), np.array([[0.25]], np.float32), np.array([0.1], np.float32)])
    member = Member([layer], np.array([[2.0]], np.float32), np.array([-0.3], np.float32))
    found = steps_of(OnnxNetwork(build_graph(spec, [member])), spec, [0.4, -0.6], 5)
    values, hidden = [0.4, -0.6], 0.0
    for step in range(5):
        if mode == "window":
            hidden, taken = 0.0, values[-2:]
        else:
            taken = values if step == 0 else values[-1:]
        for value in taken:
            hidden = math.tanh(0.5 * value + 0.25 * hidden + 0.1)
        values.append(2 * hidden - 0.3)
    assert found == pytest.approx(values[2:], abs=1e-6)
