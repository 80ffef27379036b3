"""Rolling a network out: feeding its predictions back to reach further ahead."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.graphs.onnx_network import Step
from models.inference.step_inputs import next_values, step_inputs
from models.spec.model_spec import ModelSpec

Array = NDArray[np.float32]


class StepFunction(Protocol):
    """Whatever can run over inputs of shape (time, batch, channels), from zero states unless some are given."""

    def __call__(self, inputs: Array, states: Sequence[Array] | None = None) -> Step:
        """One call of the network."""


def rollout(
    network: StepFunction, spec: ModelSpec, contexts: Array, horizon: int, known_future: Array | None = None
) -> Array:
    """Roll out a batch of contexts together, one step after another.

    `contexts` has shape (rows, input_length, features), oldest first, in the network's units. `known_future` has
    shape (rows, window + horizon - 1, channels) and begins with the window's first target. The answer has shape (rows,
    horizon, spec.output_columns); its step h is the value h + 1 steps after the context's last. With a lead above 1 the
    true values after the first window are taken in first, then predictions.

    `window`: each step sees the last `window` values from zero states, as a network trained on windows needs it.
    `state`: the first window is encoded once. Each later step takes in only what is new, from the states that the step
    before left, as a network trained through time does. A network of several outputs goes forward by as many values
    at once.

    This plain loop is what the engine must agree with, and what offline uses run.
    """
    rows, input_length, features = contexts.shape
    if input_length != spec.input_length:
        raise ValueError(f"a context of {spec.input_length} values is needed, not {input_length}")
    window, block = spec.window, spec.outputs
    # Time comes first, so that each window is one contiguous block and sliding it copies nothing.
    values = np.empty((input_length + horizon + block - 1, rows, features), np.float32)
    values[:input_length] = contexts.transpose(1, 0, 2)
    predictions = np.empty((rows, horizon + block - 1, spec.output_columns), np.float32)
    states: Sequence[Array] | None = None
    for done in range(0, horizon, block):
        # Where states are carried, they hold what came before the newest values.
        steps = window if states is None else block
        last = done + window
        known = None if known_future is None else known_future[:, last - steps : last].transpose(1, 0, 2)
        output, left = network(step_inputs(spec, values, input_length + done - steps + 1, steps, known), states)
        if spec.rollout == "state":
            states = left
        predicted = next_values(spec, output)
        predictions[:, done : done + block] = predicted.transpose(1, 0, 2)
        if done + block < horizon:
            values[input_length + done : input_length + done + block] = predicted[..., :features]
    return predictions[:, :horizon]
