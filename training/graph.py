"""Building the one ONNX graph of a network from its weights: states in, states out, any length and batch.

The operators are ONNX's own: https://onnx.ai/onnx/operators/onnx__LSTM.html and onnx__RNN.html.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from models.manifest import Kind
from models.network import FINAL, INPUT, LENGTHS, OUTPUT

OPSET, IR_VERSION = 17, 8  # of ONNX 1.12: every ONNX Runtime that rollcast allows reads them

Array = NDArray[np.float32]


class Operator(NamedTuple):
    """A kind's ONNX operator, its states, and where Keras keeps each of ONNX's gates."""

    name: str
    states: tuple[str, ...]
    gates: tuple[int, ...]


# Keras orders an LSTM's gates i, f, c, o; ONNX orders them i, o, f, c.
OPERATORS: dict[Kind, Operator] = {
    "lstm": Operator("LSTM", ("h", "c"), (0, 3, 1, 2)),
    "simple_rnn": Operator("RNN", ("h",), (0,)),
}


class Layer(NamedTuple):
    """A recurrent layer's weights as Keras has them, gates side by side along the last axis.

    `kernel` has shape (inputs, gates * units), `recurrent` (units, gates * units), `bias` (gates * units).
    """

    kernel: Array
    recurrent: Array
    bias: Array


def build_graph(kind: Kind, layers: Sequence[Layer], kernel: Array, bias: Array) -> bytes:
    """Serialize the graph of stacked recurrent layers and a linear one.

    `kernel` has shape (units, targets) and `bias` (targets). The graph takes `input` (time, batch, features),
    `sequence_lens` (batch) and the states, each (1, batch, units); it gives `output` (batch, targets), from
    each row's last step, and the final states. Raises onnx.checker.ValidationError.
    """
    operator = OPERATORS[kind]
    features, targets = len(layers[0].kernel), len(bias)
    inputs = [
        helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, ["time", "batch", features]),
        helper.make_tensor_value_info(LENGTHS, TensorProto.INT32, ["batch"]),
    ]
    outputs = [helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, ["batch", targets])]
    axes = [
        numpy_helper.from_array(np.array([axis], np.int64), name) for axis, name in ((1, "directions"), (0, "layer"))
    ]
    constants = [*axes, numpy_helper.from_array(kernel, "output_kernel"), numpy_helper.from_array(bias, "output_bias")]
    nodes = []
    sequence, last = INPUT, ""
    for number, layer in enumerate(layers):
        units = len(layer.recurrent)
        states = [f"state_{number}_{state}" for state in operator.states]
        for name in states:
            inputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, "batch", units]))
            outputs.append(helper.make_tensor_value_info(FINAL + name, TensorProto.FLOAT, [1, "batch", units]))
        weights = dict(zip(("kernel", "recurrent", "bias"), _onnx_weights(layer, operator.gates), strict=True))
        constants += [numpy_helper.from_array(array, f"{key}_{number}") for key, array in weights.items()]
        steps = "" if number == len(layers) - 1 else f"steps_{number}"
        nodes.append(
            helper.make_node(
                operator.name,
                [sequence, *(f"{key}_{number}" for key in weights), LENGTHS, *states],
                [steps, *(FINAL + name for name in states)],
                hidden_size=units,
            )
        )
        if steps:
            sequence = f"sequence_{number}"
            nodes.append(helper.make_node("Squeeze", [steps, "directions"], [sequence]))
        last = FINAL + states[0]
    nodes.append(helper.make_node("Squeeze", [last, "layer"], ["last"]))
    nodes.append(helper.make_node("Gemm", ["last", "output_kernel", "output_bias"], [OUTPUT]))
    graph = helper.make_graph(nodes, kind, inputs, outputs, constants)
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION, producer_name="rollcast"
    )
    onnx.checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString())


def _onnx_weights(layer: Layer, gates: tuple[int, ...]) -> tuple[Array, Array, Array]:
    """ONNX's W (1, gates * units, inputs), R (1, gates * units, units) and B (1, 2 * gates * units)."""

    def reordered(weights: Array) -> Array:
        parts = np.split(weights, len(gates), axis=-1)
        return np.ascontiguousarray(np.concatenate([parts[gate] for gate in gates], axis=-1).T)[None]

    # ONNX adds a bias to the input and another to the state; Keras has the first one only.
    bias = reordered(layer.bias)
    return reordered(layer.kernel), reordered(layer.recurrent), np.concatenate([bias, np.zeros_like(bias)], axis=-1)
