"""Rolling a network out: feeding its predictions back to reach further ahead.

`window`: each step sees the last `window` values from zero states, as a network trained on windows needs it.
`state`: the first window is encoded once. Each later step takes in only what is new, from the states that the step
before left, as a network trained through time does. A network of several outputs goes forward by as many values at
once. With a lead above 1 the true values after the first window are taken in first, then predictions.
"""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.graphs.onnx_network import Further, Steps
from models.inference.step_inputs import known_inputs, next_values, step_inputs
from models.spec.model_spec import ModelSpec

Array = NDArray[np.float32]

MAX_STEPS = 4096  # of one call, which no deadline ends midway


class StepFunction(Protocol):
    """Whatever runs over inputs of shape (time, batch, channels), and makes further steps if it loops."""

    @property
    def loops(self) -> bool:
        """Whether one call can make several steps."""

    def __call__(self, inputs: Array, states: Sequence[Array] | None = None, further: Further | None = None) -> Steps:
        """One call of the network."""


def steps_per_call(network: StepFunction, spec: ModelSpec) -> int:
    """How many steps one call can make at most."""
    return min(spec.steps_per_call or MAX_STEPS, MAX_STEPS) if network.loops else 1


def advance(
    network: StepFunction,
    spec: ModelSpec,
    values: Array,
    steps: int,
    states: Sequence[Array] | None = None,
    known_future: Array | None = None,
) -> Steps:
    """Make `steps` steps in one call: the answer's outputs are what comes after the values.

    `values` has shape (time, rows, at least the features), in the network's units, oldest first. Without `states` the
    call runs over a whole window, else over what is new. `known_future`, shape (time, rows, channels), begins with the
    target of its first input and reaches to the last step's. The outputs have shape (steps x outputs, rows,
    output_columns).
    """
    end, length = len(values), spec.window if states is None else spec.step_length
    more = (steps - 1) * spec.outputs
    known = further = None
    if known_future is not None:
        known, known_future = known_future[:length], known_future[length : length + more]
    if steps > 1:
        beside = known_inputs(spec, values, end + 1, more, known_future)
        further = Further(
            steps - 1,
            None if beside is None else beside.reshape(steps - 1, spec.outputs, *beside.shape[1:]),
            values[end - spec.lead + 1 : end, :, : len(spec.features)] if spec.lead > 1 else None,
        )
    outputs, left = network(step_inputs(spec, values, end - length + 1, length, known), states, further)
    return Steps(next_values(spec, outputs), left)


def rollout(
    network: StepFunction, spec: ModelSpec, contexts: Array, horizon: int, known_future: Array | None = None
) -> Array:
    """Roll out a batch of contexts together.

    `contexts` has shape (rows, input_length, features), oldest first, in the network's units. `known_future` has
    shape (rows, window + horizon - 1, channels) and begins with the window's first target. The answer has shape (rows,
    horizon, spec.output_columns); its step h is the value h + 1 steps after the context's last.
    """
    rows, input_length, features = contexts.shape
    if input_length != spec.input_length:
        raise ValueError(f"a context of {spec.input_length} values is needed, not {input_length}")
    block, most = spec.outputs, steps_per_call(network, spec)
    # Time comes first, so that each window is one contiguous block.
    values = np.empty((input_length + horizon + block - 1, rows, max(features, spec.output_columns)), np.float32)
    values[:input_length, :, :features] = contexts.transpose(1, 0, 2)
    known = None if known_future is None else known_future.transpose(1, 0, 2)
    states: Sequence[Array] | None = None
    done = 0
    while done < horizon:
        steps = min(-(-(horizon - done) // block), most)
        length = spec.window if states is None else spec.step_length
        ahead = None if known is None else known[done + spec.window - length :]
        outputs, left = advance(network, spec, values[: input_length + done], steps, states, ahead)
        if spec.rollout == "state":
            states = left
        values[input_length + done :][: steps * block, :, : spec.output_columns] = outputs
        done += steps * block
    return values[input_length : input_length + horizon, :, : spec.output_columns].transpose(1, 0, 2)
