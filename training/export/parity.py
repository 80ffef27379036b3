"""Comparing an exported network with the Keras network that it was made from."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.inference.forecaster import Forecaster
from models.inference.onnx_network import OnnxNetwork
from models.inference.step_inputs import window_inputs
from models.timeseries.time_index import TimeIndex
from training.errors import DisagreementError

TOLERANCE = 1e-5  # per step, in the network's units, relative above 1

Array = NDArray[np.float32]


def check_agreement(network: Any, exported: OnnxNetwork, inputs: Array) -> None:
    """Raise DisagreementError unless both give the same answers to inputs of shape (count, window, channels).

    The graph is asked in one call, and again in two that carry its states from the one to the other. In the
    network's units: |onnx - keras| <= 1e-5 * max(1, |keras|).
    """
    expected = keras_answers(network, inputs)
    steps = np.ascontiguousarray(inputs.transpose(1, 0, 2))
    _compare(exported(steps).output, expected, "model.onnx")
    if len(steps) > 1:
        _compare(exported(steps[-1:], exported(steps[:-1]).states).output, expected, "model.onnx, from its states,")


def check_reopened(
    network: Any, forecaster: Forecaster, contexts: NDArray[np.float64], axes: Sequence[TimeIndex] | None = None
) -> None:
    """Raise DisagreementError unless a reopened version's first forecasts are what Keras answers.

    `contexts` has shape (count, context, features), in raw units; `axes` are their times, where the model asks for
    them. The bound is that of `check_agreement`, in the network's units.
    """
    spec = forecaster.spec
    prepared = forecaster.prepare(contexts, spec.outputs, axes)
    came = forecaster.to_network_units(prepared, forecaster.forecast(contexts, spec.outputs, axes=axes))
    inputs = window_inputs(spec, prepared.contexts, prepared.calendar)
    expected = keras_answers(network, inputs.transpose(1, 0, 2))
    _compare(came.reshape(expected.shape), expected, "the reopened version")


def keras_answers(network: Any, inputs: Array) -> Array:
    """Keras's own answers, shape (count, outputs), to inputs of shape (count, window, channels)."""
    return np.asarray(network(np.ascontiguousarray(inputs), training=False))


def _compare(came: NDArray[np.floating], expected: Array, title: str) -> None:
    off = np.abs(came - expected) / np.maximum(1, np.abs(expected))
    if not off.max() <= TOLERANCE:
        raise DisagreementError(
            f"{title} answers {off.max():.1e} off Keras; at most {TOLERANCE:.0e} is allowed, so nothing was published: "
            "please report this, with the recipe and the versions of keras, tensorflow, onnx and onnxruntime"
        )
