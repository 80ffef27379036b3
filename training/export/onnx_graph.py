"""Building the one ONNX graph of a network from its weights: states in, states out, any length and batch.

The operators are ONNX's own: https://onnx.ai/onnx/operators/onnx__LSTM.html, onnx__GRU.html and onnx__RNN.html.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from models.inference.onnx_network import FINAL, INPUT, LENGTHS, OUTPUT

OPSET, IR_VERSION = 17, 8  # of ONNX 1.12: every ONNX Runtime that rollcast allows reads them
LAST_INPUTS = "last_inputs"

Array = NDArray[np.float32]


class Operator(NamedTuple):
    """A kind's ONNX operator, its states, where Keras keeps each of ONNX's gates, and attributes of its own."""

    name: str
    states: tuple[str, ...]
    gates: tuple[int, ...]
    attributes: dict[str, Any]


# Keras orders an LSTM's gates i, f, c, o; ONNX orders them i, o, f, c. A GRU's are z, r, h in both, and Keras's
# `reset_after` is ONNX's `linear_before_reset`.
OPERATORS: dict[str, Operator] = {
    "gru": Operator("GRU", ("h",), (0, 1, 2), {"linear_before_reset": 1}),
    "lstm": Operator("LSTM", ("h", "c"), (0, 3, 1, 2), {}),
    "simple_rnn": Operator("RNN", ("h",), (0,), {}),
}


class Layer(NamedTuple):
    """A recurrent layer's weights as Keras has them, gates side by side along the last axis.

    `kernel` has shape (inputs, gates * units), `recurrent` (units, gates * units), and `bias` (gates * units), or
    (2, gates * units) where the state has one of its own.
    """

    kernel: Array
    recurrent: Array
    bias: Array


class Member(NamedTuple):
    """One network: stacked recurrent layers, then a linear one of shapes (units, outputs) and (outputs).

    `newest`, of shape (channels, outputs), adds what the last step takes in to the outputs.
    """

    layers: Sequence[Layer]
    kernel: Array
    bias: Array
    newest: Array | None = None


def build_graph(kind: str, members: Sequence[Member]) -> bytes:
    """Serialize the graph of some networks of one shape, whose outputs are averaged.

    The graph takes `input` (time, batch, channels), `sequence_lens` (batch) and the states, each (1, batch, units);
    it gives `output` (batch, outputs), from each row's last step, and the final states. Raises
    onnx.checker.ValidationError.
    """
    channels, width = len(members[0].layers[0].kernel), len(members[0].bias)
    graph = _Graph(kind, channels)
    answers = [graph.add(number, member) for number, member in enumerate(members)]
    if len(answers) == 1:
        graph.nodes[-1].output[0] = OUTPUT
    else:
        graph.nodes.append(helper.make_node("Mean", answers, [OUTPUT]))
    outputs = [helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, ["batch", width]), *graph.final_states]
    whole = helper.make_graph(graph.nodes, kind, graph.inputs, outputs, graph.constants)
    model = helper.make_model(
        whole, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION, producer_name="rollcast"
    )
    onnx.checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString())


class _Graph:
    """A graph's parts as its members are added."""

    def __init__(self, kind: str, channels: int) -> None:
        self.operator = OPERATORS[kind]
        self.inputs = [
            helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, ["time", "batch", channels]),
            helper.make_tensor_value_info(LENGTHS, TensorProto.INT32, ["batch"]),
        ]
        self.final_states: list[onnx.ValueInfoProto] = []
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []
        for time_index, name in ((1, "directions"), (0, "layer")):
            self._constant(name, np.array([time_index], np.int64))

    def add(self, number: int, member: Member) -> str:
        """Add one member; the answer is the name of its output."""
        prefix = f"m{number}_"
        sequence, last = INPUT, ""
        for depth, layer in enumerate(member.layers):
            steps = "" if depth == len(member.layers) - 1 else f"{prefix}steps_{depth}"
            last = self._add_layer(f"{prefix}{depth}", layer, sequence, steps)
            if steps:
                sequence = f"{prefix}sequence_{depth}"
                self.nodes.append(helper.make_node("Squeeze", [steps, "directions"], [sequence]))
        names = [self._constant(f"{prefix}output_{key}", getattr(member, key)) for key in ("kernel", "bias")]
        self.nodes.append(helper.make_node("Squeeze", [last, "layer"], [f"{prefix}last"]))
        if member.newest is not None:
            newest = self._constant(f"{prefix}newest", member.newest)
            self.nodes.append(helper.make_node("Gemm", [self._last_inputs(), newest, names[1]], [f"{prefix}sum"]))
            names[1] = f"{prefix}sum"  # added where the bias alone would be
        self.nodes.append(helper.make_node("Gemm", [f"{prefix}last", *names], [f"{prefix}output"]))
        return f"{prefix}output"

    def _last_inputs(self) -> str:
        """The name of what each row's last step takes in, shape (batch, channels); added once."""
        if not any(LAST_INPUTS in node.output for node in self.nodes):
            # Reversed up to its length, a row begins with its last step.
            self._constant("first", np.array(0, np.int64))
            self.nodes += [
                helper.make_node("Cast", [LENGTHS], ["lengths"], to=TensorProto.INT64),
                helper.make_node("ReverseSequence", [INPUT, "lengths"], ["reversed"], time_axis=0, batch_axis=1),
                helper.make_node("Gather", ["reversed", "first"], [LAST_INPUTS], axis=0),
            ]
        return LAST_INPUTS

    def _add_layer(self, title: str, layer: Layer, sequence: str, steps: str) -> str:
        """Add a recurrent layer; the answer is the name of its final first state."""
        units = len(layer.recurrent)
        states = [f"state_{title}_{state}" for state in self.operator.states]
        for name in states:
            dims: list[str | int | None] = [1, "batch", units]
            self.inputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, dims))
            self.final_states.append(helper.make_tensor_value_info(FINAL + name, TensorProto.FLOAT, dims))
        weights = _onnx_weights(layer, self.operator.gates)
        names = [self._constant(f"{title}_{key}", array) for key, array in zip("WRB", weights, strict=True)]
        self.nodes.append(
            helper.make_node(
                self.operator.name,
                [sequence, *names, LENGTHS, *states],
                [steps, *(FINAL + name for name in states)],
                hidden_size=units,
                **self.operator.attributes,
            )
        )
        return FINAL + states[0]

    def _constant(self, name: str, array: NDArray[Any]) -> str:
        self.constants.append(numpy_helper.from_array(np.asarray(array, order="C"), name))
        return name


def _onnx_weights(layer: Layer, gates: tuple[int, ...]) -> tuple[Array, Array, Array]:
    """ONNX's W (1, gates * units, inputs), R (1, gates * units, units) and B (1, 2 * gates * units)."""

    def reordered(weights: Array) -> Array:
        parts = np.split(weights, len(gates), axis=-1)
        return np.ascontiguousarray(np.concatenate([parts[gate] for gate in gates], axis=-1).T)[None]

    # ONNX adds a bias to the input and another to the state; most of Keras's layers have the first one only.
    biases = np.atleast_2d(layer.bias)
    biases = biases if len(biases) == 2 else np.concatenate([biases, np.zeros_like(biases)])
    bias = np.concatenate([reordered(each) for each in biases], axis=-1)
    return reordered(layer.kernel), reordered(layer.recurrent), bias
