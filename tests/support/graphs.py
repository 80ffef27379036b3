"""Running a graph as it is, with the lengths that rollcast never varies."""

from typing import NamedTuple

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from models.graphs.onnx_network import INPUT, LENGTHS, OUTPUT, OnnxNetwork

Array = NDArray[np.float32]


class Outputs(NamedTuple):
    """What a graph gives: its output and its final states."""

    output: Array
    states: tuple[Array, ...]


def run_graph(graph: bytes, inputs: Array, lengths: list[int]) -> Outputs:
    """Run a graph from zero states over inputs of shape (time, batch, channels); each row counts up to its length."""
    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    states = [each.name for each in session.get_inputs() if each.name not in (INPUT, LENGTHS)]
    zeros = OnnxNetwork(graph).zero_states(inputs.shape[1])
    feeds = {INPUT: inputs, LENGTHS: np.array(lengths, np.int32), **dict(zip(states, zeros, strict=True))}
    output, *final = session.run([OUTPUT, *(f"final_{name}" for name in states)], feeds)
    return Outputs(output, tuple(final))
