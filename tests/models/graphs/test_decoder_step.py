"""The step of a network with a decoder: its numbers, and that a file with any other step is refused."""

from collections.abc import Callable
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from benchmarks.faults.odd_graphs import odd_graphs
from models.errors import RefusedVersion
from models.graphs.decoder_step import COLUMNS, PACES, RECURRENT, smoothing_weights
from models.graphs.graph_check import check_graph
from models.graphs.onnx_network import OnnxNetwork
from models.spec.model_spec import Decoder, ModelSpec
from tests.support.any_series.tiny import any_graph, any_spec
from tests.support.tiny import graph_of
from training.export.onnx_graph import FORMAT_VERSION

SPEC = any_spec(members=2)
GRAPH = any_graph(SPEC)
PARTS = onnx.load_model_from_string(GRAPH).graph
WEIGHTS = [each.name for each in PARTS.initializer if each.data_type == TensorProto.FLOAT]
OTHER_STEP = "does not have the step that its manifest tells of a decoder"


def refused(content: bytes, spec: ModelSpec = SPEC, format_version: int = FORMAT_VERSION) -> str:
    with pytest.raises(RefusedVersion) as caught:
        check_graph(content, spec, format_version)
    return str(caught.value)


def changed(change: Callable[[Any], object], content: bytes = GRAPH) -> bytes:
    model = onnx.load_model_from_string(content)
    change(model)
    return bytes(model.SerializeToString())


@pytest.mark.parametrize("kind", RECURRENT)
@pytest.mark.parametrize("members", [1, 3])
@pytest.mark.parametrize(("window", "outputs", "patch"), [(8, 4, 2), (8, 8, 8), (2, 1, 1), (96, 48, 4)])
def test_what_training_writes_passes_and_runs(kind: str, members: int, window: int, outputs: int, patch: int) -> None:
    spec = any_spec(kind, members=members, window=window, outputs=outputs, patch=patch)
    content = any_graph(spec)
    check_graph(content, spec, FORMAT_VERSION)
    steps = np.random.default_rng(0).normal(size=(window, 3, spec.channels)).astype(np.float32)
    steps[:, :, 1] = 1
    outputs_of = OnnxNetwork(content)(steps).outputs[0]
    assert outputs_of.shape == (3, outputs * COLUMNS)
    value, lower, upper = np.split(outputs_of.reshape(3, outputs, COLUMNS), COLUMNS, axis=-1)
    assert (lower < value).all()
    assert (value < upper).all()


def test_levels_are_means_of_what_there_is() -> None:
    weights = smoothing_weights(16)
    assert weights.shape == (16, len(PACES))
    assert np.allclose(weights.sum(axis=0), 1)
    assert (np.diff(weights, axis=0) >= 0).all()  # the newest counts most
    assert weights[-1, -1] == 1
    # A window that is half there: the mean of its values, which are all alike, is their value.
    spec = any_spec("simple_rnn", window=16)
    model = onnx.load_model_from_string(any_graph(spec))
    for each in model.graph.initializer:
        if each.data_type == TensorProto.FLOAT and each.name != "levels_kernel":
            each.CopyFrom(numpy_helper.from_array(np.zeros(tuple(each.dims), np.float32), each.name))
    steps = np.zeros((16, 2, spec.channels), np.float32)
    steps[8:, 0, :2] = 3, 1
    steps[:, 1, :2] = -2, 1
    outputs = OnnxNetwork(model.SerializeToString())(steps).outputs[0].reshape(2, spec.outputs, COLUMNS)
    assert np.allclose(outputs[0, :, 0], 3)
    assert np.allclose(outputs[1, :, 0], -2)
    assert np.allclose(outputs[:, :, 2] - outputs[:, :, 0], np.log(2))


def test_odd_graphs_are_refused() -> None:
    for title, content in odd_graphs(GRAPH):
        assert content != GRAPH, title
        assert refused(content), title


@pytest.mark.parametrize("number", range(len(PARTS.node) - 1))
def test_no_node_of_a_step_is_another(number: int) -> None:
    def other_operator(model: Any) -> None:
        model.graph.node[number].op_type = "Identity" if model.graph.node[number].op_type != "Identity" else "Neg"

    def other_input(model: Any) -> None:
        model.graph.node[number].input[0] = "input" if model.graph.node[number].input[0] != "input" else "sums"

    def another_attribute(model: Any) -> None:
        model.graph.node[number].attribute.append(helper.make_attribute("keepdims", 0))

    def no_attributes(model: Any) -> None:
        model.graph.node[number].ClearField("attribute")

    def left_out(model: Any) -> None:
        model.graph.node.pop(number)

    def twice(model: Any) -> None:
        again = onnx.NodeProto.FromString(model.graph.node[number].SerializeToString())
        again.output[:] = [f"again_{name}" for name in again.output]
        model.graph.node.insert(number, again)

    has_attributes = bool(PARTS.node[number].attribute)
    changes = [other_operator, other_input, another_attribute, left_out, twice]
    for change in [*changes, no_attributes] if has_attributes else changes:
        assert refused(changed(change))


@pytest.mark.parametrize("name", [each.name for each in PARTS.initializer])
def test_no_constant_has_another_shape_or_is_left_out_and_no_whole_number_another_value(name: str) -> None:
    def index_in(model: Any) -> int:
        return [each.name for each in model.graph.initializer].index(name)

    def wider(model: Any) -> None:
        each = model.graph.initializer[index_in(model)]
        array = numpy_helper.to_array(each)
        each.CopyFrom(numpy_helper.from_array(np.concatenate([np.atleast_1d(array)] * 2), name))

    def larger(model: Any) -> None:
        each = model.graph.initializer[index_in(model)]
        each.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(each) + 1, name))

    def of_doubles(model: Any) -> None:
        each = model.graph.initializer[index_in(model)]
        each.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(each).astype(np.float64), name))

    def renamed(model: Any) -> None:
        model.graph.initializer[index_in(model)].name = "other"

    for change in (wider, of_doubles, renamed, lambda model: model.graph.initializer.pop(index_in(model))):
        assert refused(changed(change))
    if name in WEIGHTS:
        check_graph(changed(larger), SPEC, FORMAT_VERSION)  # other weights are another good network
    else:
        assert refused(changed(larger))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (
            lambda model: model.graph.initializer.append(numpy_helper.from_array(np.ones(1, np.float32), "idle")),
            OTHER_STEP,
        ),
        (
            lambda model: model.graph.initializer.append(numpy_helper.from_array(np.ones(1, int), "loop_idle")),
            OTHER_STEP,
        ),
        (lambda model: model.graph.node.pop(), OTHER_STEP),
        (lambda model: model.graph.output.pop(), "has inputs"),
        (lambda model: model.graph.input.pop(), "has inputs"),
        (lambda model: model.graph.node.extend([model.graph.node[-1]]), OTHER_STEP),
    ],
)
def test_nothing_is_left_over_and_nothing_is_missing(change: Callable[[Any], object], reason: str) -> None:
    assert reason in refused(changed(change))


@pytest.mark.parametrize(
    "other",
    [
        any_spec(members=3),
        any_spec(members=1),
        any_spec("gru", members=2),
        any_spec(members=2, units=(4,)),
        any_spec(members=2, window=16),
        any_spec(members=2, patch=4),
        any_spec(members=2, outputs=2),
        any_spec(members=2, decoder=Decoder(patch=2, units=6)),
        any_spec(members=2, decoder=Decoder(patch=2, units=10**30)),
    ],
)
def test_a_graph_is_that_of_its_manifest_alone(other: ModelSpec) -> None:
    assert refused(GRAPH, other)


def test_a_kind_without_an_operator_has_no_decoder() -> None:
    assert "of the kind gru, lstm, simple_rnn; the manifest says min_gru" in refused(
        GRAPH, any_spec("min_gru", members=2)
    )


def test_a_graph_of_before_there_were_loops_has_no_decoder() -> None:
    assert refused(GRAPH, SPEC, 1)


def test_another_network_s_graph_has_no_decoder() -> None:
    plain = SPEC.model_copy(update={"decoder": None})
    content = graph_of(plain)
    check_graph(content, plain, FORMAT_VERSION)
    assert OTHER_STEP in refused(content)
    with pytest.raises(RefusedVersion):
        check_graph(GRAPH, plain, FORMAT_VERSION)
