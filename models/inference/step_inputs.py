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
    newest = values[first : first + steps, :, : len(spec.features)]
    beside = known_inputs(spec, values, target, steps, known_future)
    return newest if beside is None else np.concatenate([newest, beside], axis=-1)


def known_inputs(
    spec: ModelSpec, values: Array, target: int, steps: int, known_future: Array | None = None
) -> Array | None:
    """What these steps take in beside the newest values: lagged ones, and what is known of the future.

    Shape (steps, rows, spec.channels - features); None where they take in nothing else.
    """
    lagged = [values[target - lag : target - lag + steps, :, : len(spec.features)] for lag in spec.lags]
    if known_future is not None:
        lagged.append(known_future)
    if len(lagged) > 1:
        return np.concatenate(lagged, axis=-1)
    return lagged[0] if lagged else None


def next_values(spec: ModelSpec, outputs: Array) -> Array:
    """What outputs of shape (steps, rows, outputs x columns) predict: shape (steps x outputs, rows, columns).

    The columns are the targets, which are fed back, then their quantiles where the network gives these.
    """
    if spec.outputs == 1:
        return outputs
    steps, rows, _ = outputs.shape
    by_step = outputs.reshape(steps, rows, spec.outputs, -1).transpose(0, 2, 1, 3)
    return by_step.reshape(steps * spec.outputs, rows, -1)
