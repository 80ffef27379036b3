"""A model whose answers are known without running it."""

from collections.abc import Sequence

import numpy as np

from models.forecaster import Forecaster
from models.network import Network
from models.shape import Shape
from tests.support.tiny import tiny_shape
from training.graph import Layer, Member, build_graph


def constant(answer: float, shape: Shape | None = None, targets: Sequence[float] = (1.0,)) -> Forecaster:
    """A model that forecasts one number for every step, in the network's units; `targets` are factors of it.

    By default it has a window of 2, one feature and a scaler that changes nothing.
    """
    shape = shape or plain_shape()
    zero = np.zeros((shape.channels, 1), np.float32)
    layer = Layer(zero, np.zeros((1, 1), np.float32), np.zeros(1, np.float32))
    bias = np.array([answer * factor for factor in targets], np.float32)
    member = Member([layer], np.zeros((1, len(bias)), np.float32), bias)
    return Forecaster(shape, Network(build_graph("simple_rnn", [member])))


def plain_shape(features: Sequence[str] = ("a",), targets: Sequence[str] | None = None, window: int = 2) -> Shape:
    """The shape of such a model."""
    return tiny_shape("simple_rnn", features, targets, window=window, units=(1,), scaler="none").model_copy(
        update={
            "scaler": tiny_shape("simple_rnn", features, scaler="none").scaler.fit("none", np.zeros((1, len(features))))
        }
    )
