"""Graphs before ONNX Runtime sees them: all that training writes passes, and nothing else."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from benchmarks.faults.odd_graphs import odd_graphs
from models.errors import RefusedVersion
from models.graphs.graph_check import check_graph
from models.graphs.onnx_network import OnnxNetwork
from models.registry.registry import Registry
from models.spec.model_spec import ModelSpec
from tests.support.tiny import graph_of, tiny_spec
from training.export.onnx_graph import FORMAT_VERSION, Layer, Member, build_graph

SPEC = tiny_spec()
GRAPH = graph_of(SPEC)


def refused(content: bytes, spec: ModelSpec = SPEC, format_version: int = FORMAT_VERSION) -> str:
    with pytest.raises(RefusedVersion) as caught:
        check_graph(content, spec, format_version)
    return str(caught.value)


def changed(change: Callable[[Any], object]) -> bytes:
    model = onnx.load_model_from_string(GRAPH)
    change(model)
    return bytes(model.SerializeToString())


@pytest.mark.parametrize("kind", ["gru", "lstm", "simple_rnn"])
@pytest.mark.parametrize("units", [(3,), (4, 2), (2, 2, 5)])
@pytest.mark.parametrize("members", [1, 3])
@pytest.mark.parametrize("features", [("a",), ("a", "b")])
def test_what_training_writes_passes(kind: str, units: tuple[int, ...], members: int, features: tuple[str]) -> None:
    spec = tiny_spec(kind, features, units=units, members=members)
    check_graph(graph_of(spec), spec, FORMAT_VERSION)


def test_a_residual_passes() -> None:
    layer = Layer(1, 2, [np.ones(size, np.float32) for size in ((1, 2), (2, 2), (2,))])
    member = Member([layer], np.ones((2, 1), np.float32), np.ones(1, np.float32), residual=np.ones((1, 1), np.float32))
    spec = tiny_spec("simple_rnn", units=(2,), members=2)
    check_graph(build_graph(spec, [member, member]), spec, FORMAT_VERSION)


NO_LOOP = "does not end with the loop that feeds its predictions back"
REASONS = {
    "an endless Loop": "the operator Loop, which no published network has",
    "4 GB of zeros": "the operator ConstantOfShape, which no published network has",
    "an If of two branches": "a sub-graph in its attribute else_branch",
    "a Scan": "the operator Scan, which no published network has",
    "external data": "external data in its initializer",
    "a custom operator": "custom operators",
    "a function": "functions in its model",
    "strings": "strings in its initializer",
    "an unknown attribute": "an unknown field 2 in its attribute",
    "a layer wider than the manifest tells": "makes wider wider than its inputs, outputs and states are",
    "sub-graphs nested 200 deep": "a sub-graph in its attribute ''",
    "an attribute of two kinds": "an attribute hidden_size of another kind than its values",
    "a mean of 1000 times the same": "a Mean that takes a tensor twice",
    "a loop with another body": NO_LOOP,
    "a loop of a constant number of steps": NO_LOOP,
    "a loop with a condition of its own": NO_LOOP,
    "a loop with outputs left out": NO_LOOP,
    "a loop in a loop": "a sub-graph in its attribute body",
    "two loops": "the operator Loop, which no published network has",
    "a loop that takes other weights": "uses its weights other_weights 0 times",
    "a loop that hides weights by a name": "has last_output twice",
    "a loop that takes its values in another order": NO_LOOP,
    "a loop that makes steps unless asked not to": "takes further steps where none are asked for",
    "1000000 nodes": "more than 100000 parts",
    "two graphs in one file": "two fields ir_version in its model",
}


def test_odd_graphs_are_refused_with_their_reasons() -> None:
    reasons = {title: refused(graph) for title, graph in odd_graphs(GRAPH)}
    assert reasons.keys() == REASONS.keys()
    for title, reason in reasons.items():
        assert REASONS[title] in reason, title


def rename_constant(model: Any) -> None:
    model.graph.initializer.append(numpy_helper.from_array(np.zeros(1, np.float32), "input"))


def add_to_step(*nodes: Any) -> Callable[[Any], object]:
    """Add nodes to a graph's step, before its loop."""

    def change(model: Any) -> None:
        *step, loop = (onnx.NodeProto.FromString(node.SerializeToString()) for node in model.graph.node)
        model.graph.ClearField("node")
        model.graph.node.extend([*step, *nodes, loop])

    return change


def repeat_the_layer(model: Any) -> None:
    """More work than the file is large: the same weights once more."""
    again = onnx.NodeProto.FromString(model.graph.node[0].SerializeToString())
    again.output[:] = ["", "again_h", "again_c"]
    add_to_step(again)(model)


def reverse_the_step(model: Any) -> None:
    *step, loop = (onnx.NodeProto.FromString(node.SerializeToString()) for node in model.graph.node)
    model.graph.ClearField("node")
    model.graph.node.extend([*reversed(step), loop])


def share_weights_wrongly(model: Any) -> None:
    model.graph.node[0].input[2] = model.graph.node[0].input[1]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda model: model.graph.node[0].attribute.pop(), "a LSTM with the attributes {}"),
        (lambda model: setattr(model.graph.node[0].attribute[0], "i", 4), "tensors that it may not take"),
        (lambda model: setattr(model.graph.node[0].attribute[0], "name", "clip"), "attributes {'clip': 3}"),
        (lambda model: setattr(model.graph.node[0], "op_type", "GRU"), "a GRU with the attributes"),
        (lambda model: model.graph.node[0].input.pop(), "tensors that it may not take"),
        (reverse_the_step, "which was not made before"),
        (lambda model: add_to_step(model.graph.node[-2])(model), "makes output twice"),
        (lambda model: add_to_step(*[model.graph.node[-2]] * 99)(model), "102 operators for 1 layers"),
        (lambda model: model.graph.node.pop(-2), "does not make its output output"),
        (lambda model: model.graph.node.pop(), "does not make its output output"),
        (lambda model: model.graph.initializer.pop(), "takes further steps where none are asked for"),
        (lambda model: model.graph.initializer.pop(2), "which was not made before"),
        (lambda model: setattr(model.graph.initializer[2], "raw_data", b"1234"), "whose size is not that of its type"),
        (lambda model: model.graph.initializer[2].dims.append(0), "whose size is not that of its type"),
        (lambda model: model.graph.initializer.append(model.graph.initializer[0]), "two tensors of one name"),
        (lambda model: model.graph.initializer.add(name="x" * 300, data_type=1, raw_data=b"1234"), "has the name"),
        (repeat_the_layer, "uses its weights m0_0_W 2 times"),
        (
            lambda model: model.graph.initializer.append(numpy_helper.from_array(np.ones(1, np.float32), "idle")),
            "uses its weights idle 0 times",
        ),
        (rename_constant, "a constant with the name of an input"),
        (share_weights_wrongly, "tensors that it may not take"),
        (lambda model: model.opset_import.pop(), "or none of ONNX's own"),
        (lambda model: model.ClearField("graph"), "holds no graph"),
        (lambda model: model.graph.input.pop(), "has inputs"),
        (lambda model: model.graph.input[0].ClearField("type"), "an input or output of no type"),
        (
            lambda model: model.graph.input.append(helper.make_tensor_value_info("z", TensorProto.FLOAT, [1])),
            "has inputs",
        ),
    ],
)
def test_a_graph_that_training_does_not_write_is_refused(change: Callable[[Any], object], reason: str) -> None:
    assert reason in refused(changed(change))


@pytest.mark.parametrize(
    "name", ["known_now", "queue", "newest_value", "last_output", "goes_on", "next_input", "known"]
)
@pytest.mark.parametrize("renamed", ["last", "output_bias", "m0_0_W"])
def test_no_name_of_a_step_is_one_of_its_loops(name: str, renamed: str) -> None:
    """The loop is the one that the step asks for, but in it the name would stand for something else."""
    spec = tiny_spec(lead=2, lags=(3,))
    model = onnx.load_model_from_string(graph_of(spec))
    names = {renamed: name} if renamed != "last" else {"last": name, "next_last": f"next_{name}"}
    for graph in (model.graph, model.graph.node[-1].attribute[0].g):
        for node in graph.node:
            node.input[:] = [names.get(each, each) for each in node.input]
            node.output[:] = [names.get(each, each) for each in node.output]
    for each in model.graph.initializer:
        each.name = names.get(each.name, each.name)
    reason = refused(model.SerializeToString(), spec)
    assert f"has {name} twice" in reason or "a constant with the name of an input" in reason


def test_a_graph_of_one_format_is_none_of_the_other() -> None:
    registry = Registry.at(Path(__file__).parents[2] / "support" / "format-1")
    for name in ("old-state", "old-window"):
        spec = registry.manifest(name, 1).spec.model_copy(update={"state_sizes": None})
        old = registry.storage.read(f"{name}/1", "model.onnx", 1 << 20)
        new = graph_of(spec)
        check_graph(old, spec, 1)
        check_graph(new, spec, 2)
        for reason in (refused(old, spec, 2), refused(new, spec, 1)):
            assert ("has inputs" if spec.rollout == "state" else "has states of the sizes") in reason


@pytest.mark.parametrize("operator", ["Squeeze", "Gather"])
def test_what_copies_without_weights_is_there_no_more_often_than_it_must_be(operator: str) -> None:
    spec = tiny_spec()
    model = onnx.load_model_from_string(graph_of(spec, residual=True))
    (copied,) = (node for node in model.graph.node if node.op_type == operator)
    again = onnx.NodeProto.FromString(copied.SerializeToString())
    again.output[0] = "again"
    add_to_step(again)(model)
    assert f"has the operator {operator} 2 times for 1 layers" in refused(model.SerializeToString(), spec)


@pytest.mark.parametrize("outputs", [[], [""]])
def test_an_operator_that_gives_nothing_is_refused(outputs: list[str]) -> None:
    def change(model: Any) -> None:
        model.graph.node[0].output[:] = outputs

    assert "a LSTM that gives nothing" in refused(changed(change))


@pytest.mark.parametrize("lead", [10**6, 10**9, 10**30])
def test_sizes_that_a_manifest_makes_up_take_no_memory(lead: int) -> None:
    """The values up to the predictions are an input of the graph, of a size that no weights bound."""
    spec = tiny_spec(lead=2)
    model = onnx.load_model_from_string(graph_of(spec))
    sizes = next(each for each in model.graph.initializer if each.name == "loop_queue_sizes")
    sizes.CopyFrom(numpy_helper.from_array(np.array([1, min(lead - 1, 2**63 - 1)]), "loop_queue_sizes"))
    for each in (*model.graph.input, *model.graph.node[-1].attribute[0].g.input):
        if each.name in ("upcoming", "upcoming_values"):
            each.type.tensor_type.shape.dim[0].dim_value = min(lead - 1, 2**63 - 1)
    for each in model.graph.node[-1].attribute[0].g.output:
        if each.name == "upcoming_left":
            each.type.tensor_type.shape.dim[0].dim_value = min(lead - 1, 2**63 - 1)
    content, hostile = model.SerializeToString(), spec.model_copy(update={"lead": lead})
    if lead > 2**62:
        assert "has an input or output upcoming" in refused(content, hostile)
    else:
        check_graph(content, hostile, FORMAT_VERSION)
        assert OnnxNetwork(content)(np.zeros((4, 1, 1), np.float32)).outputs.shape == (1, 1, 1)


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        (tiny_spec(units=(4,), rollout="state"), r"states of the sizes (3, 3); the manifest says (4,)"),
        (tiny_spec(state_sizes=(3,), rollout="state"), r"states of the sizes (3, 3); the manifest says (3,)"),
        (tiny_spec(state_sizes=()), r"states of the sizes (3, 3); the manifest says ()"),
        (tiny_spec(features=("a", "b")), "takes 1 columns and gives 1; the manifest says 2 and 2"),
        (tiny_spec(outputs=10**9), "takes 1 columns and gives 1; the manifest says 1 and 1000000000"),
    ],
)
def test_a_graph_of_other_sizes_than_its_manifest_is_refused(spec: ModelSpec, reason: str) -> None:
    assert reason in refused(graph_of(tiny_spec(rollout="state")), spec)


def rename_the_output(model: Any) -> None:
    for node in model.graph.node:
        node.output[:] = ["answer" if name == "output" else name for name in node.output]
    model.graph.output[0].name = "answer"


def open_size(name: str) -> Callable[[Any], None]:
    """Name, rather than fix, the last dimension of an input."""

    def change(model: Any) -> None:
        for value in model.graph.input:
            if value.name == name:
                value.type.tensor_type.shape.dim[-1].dim_param = "open"

    return change


def flatten_a_state(model: Any) -> None:
    for value in (model.graph.input[-1], model.graph.output[-1]):
        del value.type.tensor_type.shape.dim[0]


@pytest.mark.parametrize("features", [("a",), ("a", "b")])
@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (rename_the_output, "and outputs ['answer'"),
        (open_size("input"), "takes 0 columns"),
        (open_size("state_m0_0_h"), "states of the sizes (0, 3)"),
        (flatten_a_state, "has an input or output state_m0_0_c of the shape ('batch', 3)"),
    ],
)
def test_a_graph_of_other_inputs_and_outputs_is_refused(
    features: tuple[str, ...], change: Callable[[Any], None], reason: str
) -> None:
    """With a loop, and of two columns of which one is forecast, without."""
    spec = tiny_spec(features=features, targets=features[-1:], rollout="state")
    model = onnx.load_model_from_string(graph_of(spec))
    change(model)
    assert reason in refused(model.SerializeToString(), spec)
