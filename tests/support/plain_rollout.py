"""The rollout as a plain loop of one call for each step: what the loop of a graph and the engine must agree with."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.graphs.onnx_network import OnnxNetwork
from models.inference.step_inputs import step_inputs
from models.spec.model_spec import ModelSpec

Array = NDArray[np.float32]


def plain_rollout(
    network: OnnxNetwork, spec: ModelSpec, contexts: Array, horizon: int, known_future: Array | None = None
) -> Array:
    """What `rollout` of models/inference/rollout.py gives, of the same arguments, by calls of a step each.

    The answer has shape (rows, horizon, spec.output_columns).
    """
    rows, input_length, features = contexts.shape
    window, block = spec.window, spec.outputs
    values = np.empty((input_length + horizon + block - 1, rows, features), np.float32)
    values[:input_length] = contexts.transpose(1, 0, 2)
    predictions = np.empty((rows, horizon + block - 1, spec.output_columns), np.float32)
    states: Sequence[Array] | None = None
    for done in range(0, horizon, block):
        # Where states are carried, they hold what came before the newest values.
        steps = window if states is None else block
        last = done + window
        known = None if known_future is None else known_future[:, last - steps : last].transpose(1, 0, 2)
        outputs, left = network(step_inputs(spec, values, input_length + done - steps + 1, steps, known), states)
        assert len(outputs) == 1
        if spec.rollout == "state":
            states = left
        predicted = outputs[0].reshape(rows, block, spec.output_columns)
        predictions[:, done : done + block] = predicted
        if done + block < horizon:
            values[input_length + done : input_length + done + block] = predicted[..., :features].transpose(1, 0, 2)
    return predictions[:, :horizon]
