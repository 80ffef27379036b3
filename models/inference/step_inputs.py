"""What a step takes in (newest and lagged values, what is known of the future), and what goes back to the next."""

import numpy as np
from numpy.typing import NDArray

from models.spec.model_spec import ModelSpec

Array = NDArray[np.float32]


def step_inputs(spec: ModelSpec, values: Array, target: int, steps: int, known_future: Array | None = None) -> Array:
    """The inputs of `steps` steps, the first of which has the value at index `target` as its own (first) target.

    `values` has shape (time, rows, features), in the network's units; `known_future` (steps, rows, channels) is what
    is known ahead of each step's target. The answer has shape (steps, rows, spec.channels). It is a view of `values`
    where the network takes in nothing else. Quantiles, which may stand beside predicted values, are not taken in.
    """
    first = target - spec.lead
    if spec.quantiles is not None:
        values = values[..., : len(spec.features)]
    newest = values[first : first + steps]
    if not spec.lags and known_future is None:
        return newest
    lagged = [values[target - lag : target - lag + steps] for lag in spec.lags]
    return np.concatenate([newest, *lagged] if known_future is None else [newest, *lagged, known_future], axis=-1)


def known_of_targets(spec: ModelSpec, known_future: Array | None) -> Array | None:
    """What is known of each forecast step's own target: shape (rows, horizon, channels of `spec.known_of_target`).

    `known_future` has shape (rows, window + horizon - 1, channels).
    """
    return None if known_future is None else known_future[:, spec.window - 1 :, list(spec.known_of_target)]


def next_values(spec: ModelSpec, output: Array) -> Array:
    """What an output of shape (rows, outputs x columns) predicts: shape (outputs, rows, columns).

    The columns are the targets, which are fed back, then their quantiles where the network gives these. A view, time
    first as in the values that steps are made of.
    """
    if spec.outputs == 1:
        return output[None]
    return output.reshape(len(output), spec.outputs, -1).transpose(1, 0, 2)


def window_inputs(spec: ModelSpec, contexts: Array, known_future: Array | None = None) -> Array:
    """The inputs of each context's window, shape (window, rows, spec.channels).

    `contexts` has shape (rows, input_length, features), `known_future` (rows, at least the window, channels).
    """
    known = None if known_future is None else known_future[:, : spec.window].transpose(1, 0, 2)
    first = contexts.shape[1] - spec.window + 1  # the last step's target is the value after the context
    inputs = step_inputs(spec, contexts.transpose(1, 0, 2), first, spec.window, known)
    return np.ascontiguousarray(inputs)
