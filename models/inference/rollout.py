"""Rolling a network out: feeding its predictions back to reach further ahead.

`window`: each step sees the last `window` values from zero states, as a network trained on windows needs it.
`state`: the first window is encoded once. Each later step takes in only what is new, from the states that the step
before left, as a network trained through time does. A network of several outputs goes forward by as many values at
once. With a lead above 1 the true values after the first window are taken in first, then predictions.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.graphs.onnx_network import Further, OnnxNetwork, Steps
from models.inference.step_inputs import known_inputs, next_values, step_inputs
from models.spec.model_spec import ModelSpec

Array = NDArray[np.float32]

MAX_STEPS = 4096  # of one call, which no deadline ends midway


def steps_per_call(network: OnnxNetwork, spec: ModelSpec) -> int:
    """How many steps one call can make at most."""
    return min(spec.steps_per_call or MAX_STEPS, MAX_STEPS) if network.loops else 1


def advance(
    network: OnnxNetwork,
    spec: ModelSpec,
    values: Array,
    steps: int,
    states: Sequence[Array] = (),
    known_future: Array | None = None,
) -> Steps:
    """Make `steps` steps in one call: the answer's outputs are what comes after the values.

    `values` has shape (time, rows, at least the features), in the network's units, oldest first. Without `states` the
    call runs over a whole window, else over what is new. `known_future`, shape (time, rows, channels), begins with the
    target of its first input and reaches to the last step's. The outputs have shape (steps x outputs, rows,
    output_columns).
    """
    end, length = len(values), spec.step_length if states else spec.window
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
    outputs, left = network(step_inputs(spec, values, end - length + 1, length, known), states or None, further)
    return Steps(next_values(spec, outputs), left if spec.rollout == "state" else ())


def rollout(
    network: OnnxNetwork, spec: ModelSpec, contexts: Array, horizon: int, known_future: Array | None = None
) -> Array:
    """Roll out a batch of contexts together.

    `contexts` has shape (rows, input_length, features), oldest first, in the network's units. `known_future` has
    shape (rows, window + horizon - 1, channels) and begins with the window's first target. The answer has shape (rows,
    horizon, spec.output_columns); its step h is the value h + 1 steps after the context's last.
    """
    newest, predicted, done = contexts.transpose(1, 0, 2), [], 0
    known = None if known_future is None else known_future.transpose(1, 0, 2)
    states: Sequence[Array] = ()
    while True:
        steps = min(-(-(horizon - done) // spec.outputs), steps_per_call(network, spec))
        taken_in = done + (spec.window - spec.step_length if states else 0)
        outputs, states = advance(network, spec, newest, steps, states, None if known is None else known[taken_in:])
        predicted.append(outputs)
        done += len(outputs)
        if done >= horizon:
            return np.concatenate(predicted)[:horizon].transpose(1, 0, 2)
        newest = np.concatenate([newest, outputs[..., : contexts.shape[2]]])[-spec.input_length :]
