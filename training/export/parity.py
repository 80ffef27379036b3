"""Comparing an exported network with the Keras network that it was made from."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.engine.offline import predict_offline
from models.graphs.onnx_network import OnnxNetwork
from models.inference.forecaster import Forecaster
from models.inference.step_inputs import window_inputs
from training.data.dataset import Examples
from training.errors import DisagreementError

# The largest difference allowed in one step, in the network's units; for outputs above 1 it is relative.
TOLERANCE = 1e-5

Array = NDArray[np.float32]


def check_agreement(network: Any, exported: OnnxNetwork, inputs: Array) -> None:
    """Raise DisagreementError unless both give the same outputs for inputs of shape (count, window, channels).

    The graph runs once over the whole window, and once in two calls, the second of which starts from the states of
    the first. The bound, in the network's units: |onnx - keras| <= 1e-5 * max(1, |keras|).
    """
    expected = keras_answers(network, inputs)
    steps = np.ascontiguousarray(inputs.transpose(1, 0, 2))
    _compare(exported(steps).output, expected, "model.onnx")
    if len(steps) > 1:
        _compare(exported(steps[-1:], exported(steps[:-1]).states).output, expected, "model.onnx, from its states,")


def check_reopened(network: Any, forecaster: Forecaster, examples: Examples) -> None:
    """Raise DisagreementError unless a reopened version's network gives the outputs of Keras.

    The examples reach as far ahead as the network has outputs. The bound is the same as in `check_agreement`, in the
    network's units.
    """
    spec = forecaster.spec
    inputs = forecaster.prepare(examples.contexts, spec.outputs, examples.times, examples.codes)
    actual = predict_offline(forecaster, inputs)
    steps = window_inputs(spec, inputs.contexts, inputs.known_future)
    expected = keras_answers(network, steps.transpose(1, 0, 2))
    _compare(actual.reshape(expected.shape), expected, "the reopened version")


def keras_answers(network: Any, inputs: Array) -> Array:
    """The outputs of Keras, shape (count, outputs), for inputs of shape (count, window, channels)."""
    return np.asarray(network(np.ascontiguousarray(inputs), training=False))


def _compare(actual: NDArray[np.floating], expected: Array, title: str) -> None:
    error = (np.abs(actual - expected) / np.maximum(1, np.abs(expected))).max()
    if not error <= TOLERANCE:  # this way round, NaN is refused too
        raise DisagreementError(
            f"{title} answers {error:.1e} off Keras; at most {TOLERANCE:.0e} is allowed, so nothing was published: "
            "please report this, with the recipe and the versions of keras, tensorflow, onnx and onnxruntime"
        )
