"""Graphs that ONNX knows and training never writes: other loops, huge arrays, files elsewhere, and the like."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from models.graphs.closed_loop import FURTHER_STEPS, LAST_OUTPUT, OUTPUT

NODES, DEPTH = 1_000_000, 200


def odd_graphs(good: bytes) -> Iterator[tuple[str, bytes]]:
    """Graphs with the inputs and outputs of a good one, each with what it does and its bytes.

    Each still gives the good one's first step, if it ever gives any, so no golden of one step would tell.
    """
    for title, change in CHANGES.items():
        model = onnx.load_model_from_string(good)
        change(model)
        yield title, model.SerializeToString()
    # A graph in an attribute of a node, again and again, deeper than onnx's own writer goes; then many nodes.
    nested = b""
    for _ in range(DEPTH):
        for number in (6, 5, 1):
            nested = _field(number, nested)
    yield f"sub-graphs nested {DEPTH} deep", _with_more(good, nested)
    node = _field(1, helper.make_node("Identity", [OUTPUT], [""]).SerializeToString())
    yield f"{NODES} nodes", _with_more(good, node * NODES)
    yield "two graphs in one file", good + good


def _with_more(good: bytes, fields: bytes) -> bytes:
    """A model with further fields in its graph."""
    model = onnx.load_model_from_string(good)
    graph = model.graph.SerializeToString()
    model.ClearField("graph")
    return bytes(model.SerializeToString()) + _field(7, graph + fields)


def _field(number: int, content: bytes) -> bytes:
    """A field of Protocol Buffers: its number, its length, seven bits a byte, and its content."""
    length, rest = b"", len(content)
    while rest > 127:
        length, rest = length + bytes([rest & 127 | 128]), rest >> 7
    return bytes([number << 3 | 2]) + length + bytes([rest]) + content


def _detour(model: Any, nodes: Sequence[Any], constants: Mapping[str, Any]) -> None:
    """Let the output come from `detoured`, of the same value, once further nodes have run; they give `nothing`, (1).

    They lie before a good graph's last node, which is its loop.
    """
    *step, loop = (onnx.NodeProto.FromString(node.SerializeToString()) for node in model.graph.node)
    for node in step:
        node.output[:] = ["detoured" if name == OUTPUT else name for name in node.output]
    model.graph.ClearField("node")
    model.graph.node.extend([*step, *nodes, helper.make_node("Add", ["detoured", "nothing"], [OUTPUT]), loop])
    model.graph.initializer.extend(numpy_helper.from_array(np.asarray(each), name) for name, each in constants.items())


def _tensor(name: str, kind: int, shape: Sequence[int]) -> Any:
    return helper.make_tensor_value_info(name, kind, shape)


def _endless_loop(model: Any) -> None:
    step = [helper.make_node("Identity", [name], [f"{name}_on"]) for name in ("go", "carried")]
    counted, values = [_tensor("turn", TensorProto.INT64, [])], [_tensor("carried", TensorProto.FLOAT, [1])]
    going = [_tensor("go", TensorProto.BOOL, [])]
    left = [_tensor("go_on", TensorProto.BOOL, []), _tensor("carried_on", TensorProto.FLOAT, [1])]
    body = helper.make_graph(step, "body", [*counted, *going, *values], left)
    loop = helper.make_node("Loop", ["turns", "", "zero"], ["nothing"], body=body)
    _detour(model, [loop], {"turns": np.array(1 << 60), "zero": np.zeros(1, np.float32)})


def _huge(model: Any) -> None:
    nodes = [
        helper.make_node("ConstantOfShape", ["size"], ["huge"]),
        helper.make_node("ReduceSum", ["huge"], ["sum"], keepdims=0),
        helper.make_node("Reshape", ["sum", "one"], ["nothing"]),
    ]
    _detour(model, nodes, {"size": np.array([1 << 30]), "one": np.array([1])})


def _if(model: Any) -> None:
    branch = [
        helper.make_graph([helper.make_node("Identity", ["zero"], [name])], name, [], [_tensor(name, 1, [1])])
        for name in ("yes", "no")
    ]
    nodes = [
        helper.make_node("Cast", ["one"], ["always"], to=TensorProto.BOOL),
        helper.make_node("If", ["always"], ["nothing"], then_branch=branch[0], else_branch=branch[1]),
    ]
    _detour(model, nodes, {"one": np.array(1), "zero": np.zeros(1, np.float32)})


def _scan(model: Any) -> None:
    step = [helper.make_node("Add", ["s", "x"], ["y"])]
    values = {name: _tensor(name, TensorProto.FLOAT, []) for name in "sxy"}
    body = helper.make_graph(step, "step", [values["s"], values["x"]], [values["y"]])
    scan = helper.make_node("Scan", ["zero", "many"], ["sum"], body=body, num_scan_inputs=1)
    reshape = helper.make_node("Reshape", ["sum", "one"], ["nothing"])
    constants = {"zero": np.array(0, np.float32), "many": np.zeros(9, np.float32), "one": np.array([1])}
    _detour(model, [scan, reshape], constants)


def _external(model: Any) -> None:
    weights = model.graph.initializer[-1]
    weights.ClearField("raw_data")
    weights.data_location = TensorProto.EXTERNAL
    weights.external_data.add(key="location", value="weights.bin")


def _function(model: Any) -> None:
    body = [helper.make_node("Identity", ["x"], ["y"])]
    opset = [helper.make_opsetid("", 17)]
    model.functions.append(helper.make_function("own", "Twice", ["x"], ["y"], body, opset))


def _wide(model: Any) -> None:
    """All of it is on the list of operators, but one product is as wide as nothing that the manifest tells of."""
    width = 100_000
    nodes = [
        helper.make_node("Gemm", ["detoured", "wide", "bias"], ["wider"]),
        helper.make_node("Gemm", ["wider", "narrow", "none"], ["nothing"]),
    ]
    wide, narrow = np.zeros((1, width), np.float32), np.zeros((width, 1), np.float32)
    constants = {"wide": wide, "bias": wide[0], "narrow": narrow, "none": np.zeros(1, np.float32)}
    _detour(model, nodes, constants)
    model.graph.node[-2].op_type = "Mean"


def _domain(model: Any) -> None:
    model.opset_import.append(helper.make_opsetid("com.microsoft", 1))
    node = helper.make_node("Gelu", ["zero"], ["nothing"], domain="com.microsoft")
    _detour(model, [node], {"zero": np.zeros(1, np.float32)})


def _strings(model: Any) -> None:
    model.graph.initializer.append(numpy_helper.from_array(np.array(["word"], object), "words"))


def _attribute(model: Any) -> None:
    model.graph.node[0].attribute.append(helper.make_attribute("clip", 3.0))


def _loop(model: Any) -> Any:
    """A good graph's loop; it is the last node."""
    return model.graph.node[-1]


def _body(model: Any) -> Any:
    return _loop(model).attribute[0].g


def _last_weights(model: Any) -> Any:
    """Those of a good graph's last layer."""
    return [each for each in model.graph.initializer if each.data_type == TensorProto.FLOAT][-1]


def _other_body(model: Any) -> None:
    """It takes in one prediction again and again."""
    feed = next(node for node in _body(model).node if node.output[0] == "last_values")
    feed.input[0] = OUTPUT


def _constant_trips(model: Any) -> None:
    _loop(model).input[0] = "trips"
    model.graph.initializer.append(numpy_helper.from_array(np.array(1 << 40), "trips"))


def _other_condition(model: Any) -> None:
    """Its steps tell whether there is another one."""
    goes_on = _body(model).node[0]
    goes_on.CopyFrom(helper.make_node("Not", goes_on.input, goes_on.output))


def _omitted_outputs(model: Any) -> None:
    """ONNX Runtime 1.31 ends the whole process on it."""
    _loop(model).output[:] = [*[""] * (len(_loop(model).output) - 1), _loop(model).output[-1]]


def _nested_loop(model: Any) -> None:
    inner = onnx.NodeProto.FromString(_loop(model).SerializeToString())
    inner.output[:] = [f"inner_{name}" for name in inner.output]
    _body(model).node.append(inner)


def _two_loops(model: Any) -> None:
    again = onnx.NodeProto.FromString(_loop(model).SerializeToString())
    again.output[:] = [f"again_{name}" for name in again.output]
    model.graph.node.insert(len(model.graph.node) - 1, again)


def _other_weights(model: Any) -> None:
    """The last layer of its steps has weights of its own."""
    weights = _last_weights(model)
    copy = onnx.TensorProto.FromString(weights.SerializeToString())
    copy.name = "other_weights"
    model.graph.initializer.append(copy)
    for node in _body(model).node:
        node.input[:] = ["other_weights" if name == weights.name else name for name in node.input]


def _hidden_weights(model: Any) -> None:
    """A tensor of the loop's body has the name of weights, and so the place of them."""
    weights = _last_weights(model)
    for node in [*model.graph.node, *_body(model).node]:
        node.input[:] = [LAST_OUTPUT if name == weights.name else name for name in node.input]
    weights.name = LAST_OUTPUT


def _other_order(model: Any) -> None:
    """The body takes what it carries from step to step in another order than the loop gives it."""
    *first, before, last = (onnx.ValueInfoProto.FromString(each.SerializeToString()) for each in _body(model).input)
    _body(model).ClearField("input")
    _body(model).input.extend([*first, last, before])


def _other_default(model: Any) -> None:
    """Every call makes a million steps more than it is asked for."""
    steps = next(each for each in model.graph.initializer if each.name == FURTHER_STEPS)
    steps.CopyFrom(numpy_helper.from_array(np.array(1_000_000), FURTHER_STEPS))


def _both_kinds(model: Any) -> None:
    next(node for node in model.graph.node if node.attribute).attribute[0].ints.append(3)


def _many_copies(model: Any) -> None:
    """Work that no weights bound: what is wide is copied again and again."""
    *step, loop = (onnx.NodeProto.FromString(node.SerializeToString()) for node in model.graph.node)
    step[-1].output[0] = "detoured"
    model.graph.ClearField("node")
    model.graph.node.extend([*step, helper.make_node("Mean", ["detoured"] * 1000, [OUTPUT]), loop])


LOOPS: Mapping[str, Callable[[Any], None]] = {
    "a loop with another body": _other_body,
    "a loop of a constant number of steps": _constant_trips,
    "a loop with a condition of its own": _other_condition,
    "a loop with outputs left out": _omitted_outputs,
    "a loop in a loop": _nested_loop,
    "two loops": _two_loops,
    "a loop that takes other weights": _other_weights,
    "a loop that hides weights by a name": _hidden_weights,
    "a loop that takes its values in another order": _other_order,
    "a loop that makes steps unless asked not to": _other_default,
}
CHANGES: Mapping[str, Callable[[Any], None]] = {
    "an endless Loop": _endless_loop,
    "4 GB of zeros": _huge,
    "an If of two branches": _if,
    "a Scan": _scan,
    "external data": _external,
    "a custom operator": _domain,
    "a function": _function,
    "strings": _strings,
    "an unknown attribute": _attribute,
    "a layer wider than the manifest tells": _wide,
    "an attribute of two kinds": _both_kinds,
    "a mean of 1000 times the same": _many_copies,
    **LOOPS,
}
