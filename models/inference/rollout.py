"""Rolling a network out: feeding its predictions back to reach further ahead."""

import math
import time
from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.errors import ForecastTimeout
from models.inference.onnx_network import Step
from models.inference.step_inputs import step_inputs
from models.spec.model_spec import ModelSpec

Array = NDArray[np.float32]


class StepFunction(Protocol):
    """Whatever can run over inputs of shape (time, batch, channels), from zero states unless some are given."""

    def __call__(self, inputs: Array, states: Sequence[Array] | None = None) -> Step:
        """One call of the network."""


def rollout(
    network: StepFunction,
    spec: ModelSpec,
    contexts: Array,
    horizon: int,
    *,
    calendar: Array | None = None,
    deadline: float = math.inf,
) -> Array:
    """Roll out a batch of contexts together, one step after another.

    `contexts` has shape (rows, input_length, features), oldest first, in the network's units; `calendar` (rows,
    window + horizon - 1, channels) begins with that of the window's first target. The answer has shape (rows, horizon,
    targets); its step h is the value h + 1 steps after the context's last. With a lead above 1 the true values after
    the first window are taken in first, then predictions.

    `window`: each step sees the last `window` values from zero states, as a network that was trained on windows
    needs it. `state`: the first window is encoded once, then each step takes in what is new from the states that the
    step before it left, as a network does that was trained through time. A network of several outputs steps over as
    many values at once.

    Raises ForecastTimeout once time.monotonic() is past the deadline.
    """
    rows, input_length, features = contexts.shape
    if input_length != spec.input_length:
        raise ValueError(f"a context of {spec.input_length} values is needed, not {input_length}")
    window, block = spec.window, spec.outputs
    # Time leads, so that each window is one contiguous block and sliding it copies nothing.
    values = np.empty((input_length + horizon + block - 1, rows, features), np.float32)
    values[:input_length] = contexts.transpose(1, 0, 2)
    predictions = np.empty((rows, horizon + block - 1, len(spec.targets)), np.float32)
    states: Sequence[Array] | None = None
    for done in range(0, horizon, block):
        if time.monotonic() > deadline:
            raise ForecastTimeout(f"the forecast was stopped at step {done} of {horizon}: it took too long")
        # What came before the newest values is in the states, where they are carried.
        steps = window if states is None else block
        known = None if calendar is None else calendar[:, done + window - steps : done + window].transpose(1, 0, 2)
        output, left = network(step_inputs(spec, values, input_length + done - steps + 1, steps, known), states)
        if spec.rollout == "state":
            states = left
        predictions[:, done : done + block] = output.reshape(rows, block, -1)
        if done + block < horizon:
            values[input_length + done : input_length + done + block] = predictions[:, done : done + block].transpose(
                1, 0, 2
            )
    return predictions[:, :horizon]
