"""Networks whose answers can be worked out by hand, in place of an ONNX graph."""

from collections.abc import Sequence
from typing import cast

import numpy as np
from numpy.typing import NDArray

from models.graphs.onnx_network import Further, OnnxNetwork, Steps

Array = NDArray[np.float32]


class _Worked:
    """What all of these have in common: one step a call, and they remember the shape of every call's inputs."""

    loops = False

    def __init__(self) -> None:
        self.shapes: list[tuple[int, ...]] = []

    def as_network(self) -> OnnxNetwork:
        """The same, where the engine asks for a graph."""
        return cast(OnnxNetwork, self)


class AddUp(_Worked):
    """Answers the sum of all that it has seen, channel by channel; it has two states: that sum and the steps seen."""

    def __call__(self, inputs: Array, states: Sequence[Array] | None = None, further: Further | None = None) -> Steps:
        assert further is None
        self.shapes.append(inputs.shape)
        rows, channels = inputs.shape[1:]
        summed, seen = states or (np.zeros((1, rows, channels), np.float32), np.zeros((1, rows, 1), np.float32))
        total = inputs.sum(axis=0) + summed[0]
        return Steps(total[None], (total[None], seen + np.float32(len(inputs))))


class Last(_Worked):
    """Answers from its last step's inputs alone, by `weights` of shape (channels, outputs); its state is empty."""

    def __init__(self, *weights: list[float]) -> None:
        super().__init__()
        self.weights = np.array(weights, np.float32)

    def __call__(self, inputs: Array, states: Sequence[Array] | None = None, further: Further | None = None) -> Steps:
        assert further is None
        self.shapes.append(inputs.shape)
        nothing = (np.zeros((1, inputs.shape[1], 1), np.float32),)
        return Steps((inputs[-1] @ self.weights)[None], tuple(states or nothing))


class Summed(Last):
    """Answers from the sum of all its steps' inputs."""

    def __call__(self, inputs: Array, states: Sequence[Array] | None = None, further: Further | None = None) -> Steps:
        return super().__call__(inputs.sum(axis=0, keepdims=True), states, further)
