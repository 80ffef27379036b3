"""What the network takes in at each step: the newest values, values some lags back, and the calendar."""

import numpy as np
from numpy.typing import NDArray

from models.spec.model_spec import ModelSpec

Array = NDArray[np.float32]


def step_inputs(spec: ModelSpec, values: Array, target: int, steps: int, calendar: Array | None = None) -> Array:
    """The inputs of `steps` steps, the first of which has the value at `target` for its own (first) target.

    `values` has shape (time, rows, features), in the network's units; `calendar` (steps, rows, calendar channels) is
    that of the steps' targets. The answer has shape (steps, rows, channels), and is a view of `values` where they are
    all that the network takes in.
    """
    first = target - spec.lead
    newest = values[first : first + steps]
    if not spec.lags and calendar is None:
        return newest
    lagged = [values[target - lag : target - lag + steps] for lag in spec.lags]
    return np.concatenate([newest, *lagged] if calendar is None else [newest, *lagged, calendar], axis=-1)


def window_inputs(spec: ModelSpec, contexts: Array, calendar: Array | None = None) -> Array:
    """The inputs of each context's window, shape (window, rows, channels).

    `contexts` has shape (rows, input_length, features), `calendar` (rows, at least the window, calendar channels).
    """
    known = None if calendar is None else calendar[:, : spec.window].transpose(1, 0, 2)
    first = contexts.shape[1] - spec.window + 1  # the last window's target is the value after the context
    inputs = step_inputs(spec, contexts.transpose(1, 0, 2), first, spec.window, known)
    return np.ascontiguousarray(inputs)
