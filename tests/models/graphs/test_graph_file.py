"""Reading model.onnx: as ONNX reads it, or refused at the first part that no graph of rollcast has."""

from collections.abc import Callable
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, numpy_helper

from models.errors import RefusedVersion
from models.graphs.graph_file import read_graph
from tests.support.tiny import graph_of, tiny_spec

GRAPH = graph_of(tiny_spec())


def refused(content: bytes) -> str:
    with pytest.raises(RefusedVersion) as caught:
        read_graph(content)
    return str(caught.value)


def changed(change: Callable[[Any], object]) -> bytes:
    model = onnx.load_model_from_string(GRAPH)
    change(model)
    return bytes(model.SerializeToString())


def test_a_file_is_read_as_onnx_reads_it() -> None:
    graph, other = read_graph(GRAPH), onnx.load_model_from_string(GRAPH).graph
    assert [each.operator for each in graph.nodes] == [each.op_type for each in other.node]
    assert [each.inputs for each in graph.nodes] == [tuple(each.input) for each in other.node]
    assert [each.outputs for each in graph.nodes] == [tuple(each.output) for each in other.node]
    assert graph.nodes[0].attributes == {"hidden_size": 3}
    assert {name: each.shape for name, each in graph.constants.items()} == {
        each.name: tuple(each.dims) for each in other.initializer
    }
    assert graph.constants["directions"].values == (1,)
    assert graph.inputs["input"].shape == ("time", "batch", 1)
    assert graph.outputs["output"].shape == ("batch", 1)


@pytest.mark.parametrize("kind", [TensorProto.BOOL, TensorProto.FLOAT16, TensorProto.FLOAT, TensorProto.STRING, 99])
def test_a_constant_without_values_is_refused(kind: int) -> None:
    empty = TensorProto(name="empty", data_type=kind)
    assert "a constant empty whose size is not that of its type" in refused(
        changed(lambda model: model.graph.initializer.append(empty))
    )


def test_a_size_that_is_a_number_and_a_name_is_refused() -> None:
    """As ONNX Runtime might take the other one; its own classes keep one of them alone."""
    number, named = b"\x0a\x02\x08\x01", b"\x0a\x0d\x08\x01\x12\x09elsewhere"
    model = onnx.load_model_from_string(GRAPH)
    whole = model.graph.input[0].SerializeToString()
    shape = model.graph.input[0].type.tensor_type.shape.SerializeToString()
    assert shape.endswith(number)
    longer = _message(1, b"input") + _message(2, _message(1, b"\x08\x01" + _message(2, shape[: -len(number)] + named)))
    rest = model.graph.SerializeToString().replace(_message(11, whole), _message(11, longer))
    model.ClearField("graph")
    assert "a size that is a number and a name" in refused(model.SerializeToString() + _message(7, rest))


def _message(number: int, content: bytes) -> bytes:
    """A field of Protocol Buffers that holds bytes."""
    size = bytes([len(content)]) if len(content) < 128 else bytes([len(content) & 127 | 128, len(content) >> 7])
    return bytes([number << 3 | 2]) + size + content


def test_a_large_constant_of_integers_is_refused() -> None:
    many = numpy_helper.from_array(np.zeros(9, np.int64), "many")
    assert "a constant many of 9 integers" in refused(changed(lambda model: model.graph.initializer.append(many)))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "holds no graph"),
        (b"\x08", "is cut off"),
        (b"\x3a\x05\x00", "is cut off"),
        (b"\x08" + b"\xff" * 9 + b"\x7f", "a number of more than 64 bits"),
        (b"\x0a\x00", "an unknown field 1 in its model"),
    ],
)
def test_bytes_that_are_no_model_are_refused(content: bytes, reason: str) -> None:
    assert reason in refused(content)


def test_a_graph_cut_anywhere_is_refused() -> None:
    reasons = {refused(GRAPH[:end]) for end in range(len(GRAPH))}
    assert all(reasons)
    assert any("is cut off" in reason for reason in reasons)
