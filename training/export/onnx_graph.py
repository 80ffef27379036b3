"""Building the one ONNX graph of a network from its weights: states in, states out, any length and batch size."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from models.graphs.onnx_network import FINAL, INPUT, LENGTHS, OUTPUT
from training.networks.cells import TensorNames, cell_of

OPSET, IR_VERSION = 17, 8  # of ONNX 1.12: every ONNX Runtime that rollcast allows reads them
LAST_INPUTS = "last_inputs"

Array = NDArray[np.float32]


class Layer(NamedTuple):
    """A recurrent layer: the sizes of its input and of its state, and its weights as Keras has them."""

    inputs: int
    units: int
    weights: Sequence[Array]


class Member(NamedTuple):
    """One network: stacked recurrent layers, then a linear one of shapes (units, outputs) and (outputs).

    `residual`, of shape (channels, outputs), maps the inputs of the last step to what is added to the outputs.
    """

    layers: Sequence[Layer]
    kernel: Array
    bias: Array
    residual: Array | None = None


def build_graph(kind: str, members: Sequence[Member]) -> bytes:
    """Serialize the graph of some networks of the same shapes, whose outputs are averaged.

    The graph takes `input` (time, batch, channels), `sequence_lens` (batch) and the states, each (1, batch, units).
    It gives `output` (batch, outputs), from each row's last step, and the final states. Raises RecipeError for an
    unknown kind and onnx.checker.ValidationError.
    """
    graph = _Graph(kind, members[0].layers[0].inputs)
    member_outputs = [graph.add_member(number, member) for number, member in enumerate(members)]
    if len(member_outputs) == 1:
        graph.nodes[-1].output[0] = OUTPUT
    else:
        graph.add_node("Mean", member_outputs, [OUTPUT])
    width = len(members[0].bias)
    outputs = [helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, ["batch", width]), *graph.final_states]
    whole = helper.make_graph(graph.nodes, kind, graph.inputs, outputs, graph.constants)
    model = helper.make_model(
        whole, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION, producer_name="rollcast"
    )
    onnx.checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString())


class _Graph:
    """The parts of a graph while its members are added. It is the `GraphBuilder` of training/networks/cells.py."""

    def __init__(self, kind: str, channels: int) -> None:
        self.cell = cell_of(kind)
        self.inputs = [
            helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, ["time", "batch", channels]),
            helper.make_tensor_value_info(LENGTHS, TensorProto.INT32, ["batch"]),
        ]
        self.final_states: list[onnx.ValueInfoProto] = []
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []
        # Two axes to remove: that of ONNX's directions, and the one that each state has in front.
        for axis, name in ((1, "directions"), (0, "layer")):
            self.add_constant(name, np.array([axis], np.int64))

    def add_node(self, operator: str, inputs: Sequence[str], outputs: Sequence[str], **attributes: Any) -> None:
        """Add one ONNX operator."""
        self.nodes.append(helper.make_node(operator, inputs, outputs, **attributes))

    def add_constant(self, name: str, array: NDArray[Any]) -> str:
        """Add a constant and return its name."""
        self.constants.append(numpy_helper.from_array(np.asarray(array, order="C"), name))
        return name

    def add_member(self, number: int, member: Member) -> str:
        """Add one member and return the name of its output."""
        prefix = f"m{number}_"
        sequence, last = INPUT, ""
        for depth, layer in enumerate(member.layers):
            outputs = "" if depth == len(member.layers) - 1 else f"{prefix}steps_{depth}"
            last = self._add_layer(f"{prefix}{depth}", layer, sequence, outputs)
            if outputs:
                sequence = f"{prefix}sequence_{depth}"
                self.add_node("Squeeze", [outputs, "directions"], [sequence])
        kernel = self.add_constant(f"{prefix}output_kernel", member.kernel)
        added = self.add_constant(f"{prefix}output_bias", member.bias)
        self.add_node("Squeeze", [last, "layer"], [f"{prefix}last"])
        if member.residual is not None:
            residual = self.add_constant(f"{prefix}newest", member.residual)
            self.add_node("Gemm", [self._last_inputs(), residual, added], [f"{prefix}sum"])
            added = f"{prefix}sum"
        self.add_node("Gemm", [f"{prefix}last", kernel, added], [f"{prefix}output"])
        return f"{prefix}output"

    def _last_inputs(self) -> str:
        """The name of the inputs of each row's last step, shape (batch, channels). They are added once."""
        if not any(LAST_INPUTS in node.output for node in self.nodes):
            # ReverseSequence reverses each row up to its length, so the last step comes first.
            self.add_constant("first", np.array(0, np.int64))
            self.add_node("Cast", [LENGTHS], ["lengths"], to=TensorProto.INT64)
            self.add_node("ReverseSequence", [INPUT, "lengths"], ["reversed"], time_axis=0, batch_axis=1)
            self.add_node("Gather", ["reversed", "first"], [LAST_INPUTS], axis=0)
        return LAST_INPUTS

    def _add_layer(self, prefix: str, layer: Layer, sequence: str, outputs: str) -> str:
        """Add a recurrent layer and return the name of its first final state."""
        states = [f"state_{prefix}_{state}" for state in self.cell.states]
        final_states = [FINAL + name for name in states]
        dims: list[str | int | None] = [1, "batch", layer.units]
        self.inputs += [helper.make_tensor_value_info(name, TensorProto.FLOAT, dims) for name in states]
        self.final_states += [helper.make_tensor_value_info(name, TensorProto.FLOAT, dims) for name in final_states]
        names = TensorNames(prefix, sequence, LENGTHS, states, final_states, outputs)
        self.cell.add_to_graph(self, layer.weights, layer.units, names)
        return final_states[0]
