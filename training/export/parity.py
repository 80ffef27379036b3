"""Exporting a trained Keras network, and making sure that the export is the same network."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.inference.forecaster import Forecaster
from models.inference.onnx_network import OnnxNetwork
from models.inference.step_inputs import window_inputs
from models.timeseries.time_index import TimeIndex
from training.errors import DisagreementError
from training.export.onnx_graph import Layer, Member, build_graph
from training.networks.build import members_of

TOLERANCE = 1e-5  # per step, in the network's units, relative above 1

Array = NDArray[np.float32]


def to_onnx(kind: str, network: Any) -> bytes:
    """The ONNX graph of a network that training/networks/build.py built."""
    members = []
    for member in members_of(network):
        recurrent = [layer for layer in member.layers if layer.name.startswith("recurrent")]
        layers = [Layer(*layer.get_weights()) for layer in recurrent]
        newest = [layer.get_weights()[0] for layer in member.layers if layer.name == "newest"]
        members.append(Member(layers, *member.get_layer("output").get_weights(), *newest))
    return build_graph(kind, members)


def to_keras_file(network: Any) -> bytes:
    """The content of a `.keras` file with the network uncompiled, for an optimizer would triple its size."""
    copy = type(network).from_config(network.get_config())
    copy.set_weights(network.get_weights())
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        copy.save(path)
        return path.read_bytes()


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
    network: Any, forecaster: Forecaster, contexts: NDArray[np.float64], time_indexes: Sequence[TimeIndex] | None = None
) -> None:
    """Raise DisagreementError unless a reopened version's first forecasts are what Keras answers.

    `contexts` has shape (count, context, features), in raw units; `axes` are their times, where the model asks for
    them. The bound is that of `check_agreement`, in the network's units.
    """
    spec = forecaster.spec
    inputs = forecaster.prepare(contexts, spec.outputs, time_indexes)
    came = forecaster.to_network_units(inputs, forecaster.forecast(contexts, spec.outputs, times=time_indexes))
    steps = window_inputs(spec, inputs.contexts, inputs.known_future)
    expected = keras_answers(network, steps.transpose(1, 0, 2))
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
