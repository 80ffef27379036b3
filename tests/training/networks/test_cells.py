"""Each kind of recurrent layer as its own ONNX graph, with numbers worked by hand and with Keras."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import helper

from models.graphs.onnx_network import OnnxNetwork
from tests.support.tiny import tiny_spec
from training.errors import RecipeError
from training.export.onnx_graph import Layer, Member, build_graph
from training.networks.cells import CELLS, Cell, GraphBuilder, TensorNames, cell_of

Array = NDArray[np.float32]


def array(*rows: Any) -> Array:
    return np.array(rows, np.float32)


def sigmoid(value: float) -> float:
    return float(1 / (1 + np.exp(-value)))


def one_unit(kind: str, weights: list[Array]) -> OnnxNetwork:
    """A graph of one layer of one unit, whose linear layer passes the layer's output on."""
    spec = tiny_spec(kind, units=(1,), rollout="state")
    return OnnxNetwork(build_graph(spec, [Member([Layer(1, 1, weights)], array([1.0]), array(0.0))]))


def test_a_simple_rnn_of_two_steps() -> None:
    network = one_unit("simple_rnn", [array([0.5]), array([0.25]), array(0.1)])
    first = np.tanh(0.5 * 2 + 0.1)
    second = np.tanh(0.5 * -1 + 0.25 * first + 0.1)
    outputs, states = network(array([[2.0]], [[-1.0]]))
    assert outputs == pytest.approx(second, abs=1e-6)
    assert states[0] == pytest.approx(second, abs=1e-6)


def test_an_lstm_of_one_step_from_given_states() -> None:
    # Gates in Keras's order: i, f, c, o.
    kernel, recurrent, bias = array([0.5, -0.5, 1.0, 0.25]), array([0.1, 0.2, 0.3, 0.4]), array(0.0, 1.0, -0.5, 0.75)
    hidden, memory, value = 0.5, -2.0, 3.0
    i, f, c, o = (kernel * value + recurrent * hidden)[0] + bias
    new_memory = sigmoid(f) * memory + sigmoid(i) * np.tanh(c)
    new_hidden = sigmoid(o) * np.tanh(new_memory)
    network = one_unit("lstm", [kernel, recurrent, bias])
    outputs, states = network(array([[value]]), [array([[hidden]]), array([[memory]])])
    assert outputs == pytest.approx(new_hidden, abs=1e-6)
    assert [float(state.item()) for state in states] == pytest.approx([new_hidden, new_memory], abs=1e-6)


def test_a_gru_of_one_step_from_a_given_state() -> None:
    # Gates z, r, h; the second row of the bias is the state's, inside the product with r.
    kernel, recurrent = array([0.5, -0.5, 1.0]), array([0.1, 0.2, 0.3])
    bias = array([0.0, 1.0, -0.5], [0.25, 0.5, 0.75])
    hidden, value = 0.5, 3.0
    from_input, from_state = (kernel * value)[0] + bias[0], (recurrent * hidden)[0] + bias[1]
    update, reset = sigmoid(from_input[0] + from_state[0]), sigmoid(from_input[1] + from_state[1])
    candidate = np.tanh(from_input[2] + reset * from_state[2])
    outputs, _ = one_unit("gru", [kernel, recurrent, bias])(array([[value]]), [array([[hidden]])])
    assert outputs == pytest.approx(update * hidden + (1 - update) * candidate, abs=1e-6)


@pytest.mark.parametrize("kind", CELLS)
def test_the_layer_and_the_cell_of_keras_have_the_same_weights_and_states(kind: str) -> None:
    cell = cell_of(kind)
    layer, step = cell.layer(3, return_state=True), cell.cell(3)
    values = np.linspace(-1, 1, 4, dtype=np.float32).reshape(2, 1, 2)
    output, *states = layer(values)
    step.build((None, 2))
    step.set_weights(layer.get_weights())
    assert np.array_equal(output, states[0])
    assert len(states) == len(cell.states)
    zeros = [np.zeros((2, 3), np.float32) for _ in states]
    assert np.allclose(step(values[:, 0], zeros)[0], output, atol=1e-6)
    assert all(weights.shape[-1] == cell.gate_blocks * 3 for weights in layer.get_weights())


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(RecipeError, match=r'no recurrent layer of the kind "grru"; did you mean gru\?'):
        cell_of("grru")


class MovingSum:
    """A kind of one state and several operators, among them a sub-graph: the sum of all inputs times a weight."""

    states = ("sum",)
    gate_blocks = 1

    def layer(self, units: int, **options: Any) -> Any:  # noqa: ARG002
        pytest.fail("a graph is made without Keras")

    def cell(self, units: int) -> Any:  # noqa: ARG002
        pytest.fail("a graph is made without Keras")

    def add_to_graph(self, graph: GraphBuilder, weights: Sequence[Array], units: int, names: TensorNames) -> None:
        prefix = names.prefix
        kernel = graph.add_constant(f"{prefix}_kernel", weights[0])
        axis = graph.add_constant(f"{prefix}_axis", np.array([0], np.int64))
        directions = graph.add_constant(f"{prefix}_directions", np.array([1], np.int64))
        tensor = [helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, ["batch", units]) for name in "sxyz"]
        step = [helper.make_node("Add", ["s", "x"], ["y"]), helper.make_node("Identity", ["y"], ["z"])]
        body = helper.make_graph(step, "step", tensor[:2], tensor[2:])
        graph.add_node("MatMul", [names.sequence, kernel], [f"{prefix}_products"])
        graph.add_node("Squeeze", [names.states[0], axis], [f"{prefix}_before"])
        graph.add_node(
            "Scan",
            [f"{prefix}_before", f"{prefix}_products"],
            [f"{prefix}_after", f"{prefix}_steps"],
            body=body,
            num_scan_inputs=1,
        )
        graph.add_node("Unsqueeze", [f"{prefix}_after", axis], [names.final_states[0]])
        if names.outputs:
            graph.add_node("Unsqueeze", [f"{prefix}_steps", directions], [names.outputs])


def test_a_kind_may_be_a_sub_graph_of_several_operators(monkeypatch: pytest.MonkeyPatch) -> None:
    cells: dict[str, Cell] = {"moving_sum": MovingSum()}
    monkeypatch.setattr("training.networks.cells.CELLS", cells)
    layers = [Layer(1, 2, [array([1.0, 2.0])]), Layer(2, 1, [array([1.0], [1.0])])]
    spec = tiny_spec("moving_sum", units=(2, 1), rollout="state")
    network = OnnxNetwork(build_graph(spec, [Member(layers, array([1.0]), array(0.5))]))
    outputs, states = network(array([[1.0], [10.0]], [[2.0], [20.0]]))
    # The first layer's sums are (1, 2) and (3, 6); the second one adds them up: 3, then 12.
    assert outputs[0].tolist() == [[12.5], [120.5]]
    assert [state.tolist() for state in states] == [[[[3.0, 6.0], [30.0, 60.0]]], [[[12.0], [120.0]]]]
