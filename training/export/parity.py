"""Comparing an exported network with the Keras network that it was made from."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.engine.offline import predict_offline
from models.inference.forecaster import Forecaster, ForecastInputs
from models.inference.rollout import rollout
from models.inference.step_inputs import step_inputs
from models.spec.model_spec import ModelSpec
from training.data.dataset import Examples
from training.errors import DisagreementError

# The largest difference allowed in one step, in the network's units; for outputs above 1 it is relative.
TOLERANCE = 1e-5
ROLLED_OUT = 3  # steps of the loop that are compared

Array = NDArray[np.float32]


def check_agreement(network: Any, forecaster: Forecaster, inputs: ForecastInputs) -> None:
    """Raise DisagreementError unless a graph answers as Keras does, at every step of what it was asked.

    The graph rolls out in as few calls as it can. At each step Keras takes in what the graph took in by then, its own
    predictions included. Where states are carried, the graph also runs over the window in two calls, the second of
    which starts from the states of the first. The bound, in the network's units: |onnx - keras| <= 1e-5 * max(1,
    |keras|).
    """
    spec, known = forecaster.spec, inputs.known_future
    predictions = rollout(forecaster.network, spec, inputs.contexts, inputs.horizon, known)
    values = inputs.contexts.transpose(1, 0, 2)
    if spec.rolls_out:
        values = np.concatenate([values, predictions[..., : len(spec.targets)].transpose(1, 0, 2)])
    for done in range(0, inputs.horizon, spec.outputs):
        length = spec.window + (done if spec.rollout == "state" else 0)
        last = spec.window + done
        ahead = None if known is None else known[:, last - length : last].transpose(1, 0, 2)
        steps = step_inputs(spec, values, spec.input_length + done - length + 1, length, ahead)
        actual = predictions[:, done : done + spec.outputs]
        expected = keras_answers(network, steps.transpose(1, 0, 2)).reshape(len(actual), spec.outputs, -1)
        _compare(actual, expected[:, : actual.shape[1]], f"model.onnx, at step {done + 1},")
    if spec.rollout == "state" and spec.window > 1:
        steps, exported = window_inputs(spec, inputs.contexts, known), forecaster.network
        expected = keras_answers(network, steps.transpose(1, 0, 2))
        actual = exported(steps[-1:], exported(steps[:-1]).states).outputs[0]
        _compare(actual, expected, "model.onnx, from its states,")


def check_reopened(network: Any, forecaster: Forecaster, examples: Examples) -> None:
    """Raise DisagreementError unless a reopened version's network gives the outputs of Keras.

    The examples reach as far ahead as the network has outputs. The bound is the same as in `check_agreement`, in the
    network's units.
    """
    spec = forecaster.spec
    inputs = examples.prepared(forecaster, spec.outputs)
    actual = predict_offline(forecaster, inputs)
    steps = window_inputs(spec, inputs.contexts, inputs.known_future)
    expected = keras_answers(network, steps.transpose(1, 0, 2))
    _compare(actual.reshape(expected.shape), expected, "the reopened version")


def window_inputs(spec: ModelSpec, contexts: Array, known_future: Array | None = None) -> Array:
    """The inputs of each context's window, shape (window, rows, spec.channels).

    `contexts` has shape (rows, input_length, features), `known_future` (rows, at least the window, channels).
    """
    known = None if known_future is None else known_future[:, : spec.window].transpose(1, 0, 2)
    first = contexts.shape[1] - spec.window + 1  # the last step's target is the value after the context
    inputs = step_inputs(spec, contexts.transpose(1, 0, 2), first, spec.window, known)
    return np.ascontiguousarray(inputs)


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
