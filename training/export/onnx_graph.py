"""Building the one ONNX graph of a network from its weights: a step, and the loop that feeds its predictions back."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

from models.graphs.closed_loop import BATCH, FINAL, FURTHER_STEPS, INPUT, LEFT, OUTPUT, TIME, closed_loop, loops
from models.graphs.decoder_step import decoder_step
from models.graphs.graph_file import FLOAT, Node, Tensor
from models.spec.model_spec import Decoder, ModelSpec
from training.networks.cells import TensorNames, cell_of

FORMAT_VERSION = 2  # of a manifest with such a graph
OPSET, IR_VERSION = 17, 8  # of ONNX 1.12: every ONNX Runtime that rollcast allows reads them

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


def build_graph(spec: ModelSpec, members: Sequence[Member]) -> bytes:
    """Serialize the graph of some networks of the same shapes, whose outputs are averaged.

    The graph takes `input` (time, batch, channels) and, where the rollout carries them, the states, each (1, batch,
    units). It gives `output` (batch, outputs), from the last step, and the final states. Where predictions can be fed
    back, it makes `further_steps` (none by default) and gives `further_outputs` (steps, batch, outputs); closed_loop.py
    tells what these take in. Raises RecipeError for an unknown kind and onnx.checker.ValidationError.
    """
    graph = _Graph(spec)
    graph.add_output(members, [graph.add_layers(f"m{number}_", each.layers) for number, each in enumerate(members)])
    return _serialized(spec, graph)


def build_decoder_graph(spec: ModelSpec, decoder: Decoder, weights: Mapping[str, Array]) -> bytes:
    """The same of networks with a decoder; `weights` are by the names that decoder_step.py gives them."""
    graph, step = _Graph(spec), decoder_step(spec, decoder)
    graph.constants.clear()
    for name, tensor in step.constants.items():
        integers = np.array(tensor.values, np.int64)
        graph.add_constant(name, (integers if tensor.shape else integers[0]) if tensor.values else weights[name])
    graph.nodes += [_written(node) for node in step.nodes]
    return _serialized(spec, graph)


def _serialized(spec: ModelSpec, graph: "_Graph") -> bytes:
    """The file of a step, with its loop after it where predictions can be fed back."""
    inputs = {INPUT: Tensor(FLOAT, (TIME, BATCH, spec.channels))}
    outputs = {OUTPUT: Tensor(FLOAT, (BATCH, spec.outputs * spec.output_columns))}
    if loops(spec):
        names = {each.name for each in graph.constants}
        loop = closed_loop(spec, [_read(node) for node in graph.nodes], names, graph.states)
        for name, constant in loop.constants.items():
            graph.add_constant(name, np.array(constant.values, np.int64))
        graph.add_constant(FURTHER_STEPS, np.array(0, np.int64))
        graph.nodes.append(_written(loop.node))
        inputs |= loop.inputs
        outputs |= loop.outputs
    inputs |= graph.states
    outputs |= {FINAL + name: each for name, each in graph.states.items()}
    whole = helper.make_graph(graph.nodes, spec.kind, _infos(inputs), _infos(outputs), graph.constants)
    model = helper.make_model(
        whole, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION, producer_name="rollcast"
    )
    onnx.checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString())


class _Graph:
    """The parts of a step while its members are added. It is the `GraphBuilder` of training/networks/cells.py."""

    def __init__(self, spec: ModelSpec) -> None:
        self.cell = cell_of(spec.kind)
        self.states: dict[str, Tensor] = {}
        self._carries = spec.rollout == "state"
        self._left = LEFT if loops(spec) else FINAL
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

    def add_layers(self, prefix: str, layers: Sequence[Layer]) -> str:
        """Add a member's layers and return the name of the last one's final state."""
        sequence, last = INPUT, ""
        for depth, layer in enumerate(layers):
            outputs = "" if depth == len(layers) - 1 else f"{prefix}steps_{depth}"
            last = self._add_layer(f"{prefix}{depth}", layer, sequence, outputs)
            if outputs:
                sequence = f"{prefix}sequence_{depth}"
                self.add_node("Squeeze", [outputs, "directions"], [sequence])
        return last

    def add_output(self, members: Sequence[Member], last: Sequence[str]) -> None:
        """Add the mean of the members' linear layers, which is one linear layer of all their last states."""
        count, state = len(members), last[0]
        if count > 1:
            state = "last_states"
            self.add_node("Concat", last, [state], axis=2)
        self.add_node("Squeeze", [state, "layer"], ["last"])
        kernel = self.add_constant("output_kernel", np.concatenate([each.kernel for each in members]) / count)
        added = self.add_constant("output_bias", np.mean([each.bias for each in members], axis=0))
        residuals = [each.residual for each in members if each.residual is not None]
        if residuals:
            newest = self.add_constant("newest", np.array(-1, np.int64))
            self.add_node("Gather", [INPUT, newest], ["last_inputs"], axis=0)
            residual = self.add_constant("residual_kernel", np.mean(residuals, axis=0))
            self.add_node("Gemm", ["last_inputs", residual, added], ["residual"])
            added = "residual"
        self.add_node("Gemm", ["last", kernel, added], [OUTPUT])

    def _add_layer(self, prefix: str, layer: Layer, sequence: str, outputs: str) -> str:
        """Add a recurrent layer and return the name of its first final state."""
        states = [f"state_{prefix}_{state}" for state in self.cell.states]
        left = [self._left + name for name in states] if self._carries else [f"{prefix}_{name}" for name in states]
        if self._carries:
            self.states |= {name: Tensor(FLOAT, (1, BATCH, layer.units)) for name in states}
        names = TensorNames(prefix, sequence, states if self._carries else [], left, outputs)
        self.cell.add_to_graph(self, layer.weights, layer.units, names)
        return left[0]


def _infos(tensors: Mapping[str, Tensor]) -> list[onnx.ValueInfoProto]:
    return [helper.make_tensor_value_info(name, each.type, each.shape) for name, each in tensors.items()]


def _read(node: onnx.NodeProto) -> Node:
    attributes = {each.name: helper.get_attribute_value(each) for each in node.attribute}
    return Node(node.op_type, tuple(node.input), tuple(node.output), attributes)


def _written(node: Node) -> onnx.NodeProto:
    """A node, and its body if it is a loop, as ONNX has them."""
    attributes: dict[str, Any] = dict(node.attributes)
    if node.body is not None:
        nodes = [_written(each) for each in node.body.nodes]
        attributes["body"] = helper.make_graph(
            nodes, "closed_loop", _infos(node.body.inputs), _infos(node.body.outputs)
        )
    return helper.make_node(node.operator, node.inputs, node.outputs, **attributes)
