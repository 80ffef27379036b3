"""Rolling a network out: feeding its predictions back to reach further ahead."""

import math
import time
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.errors import ForecastTimeout
from models.network import Step
from models.windows import context_length

Array = NDArray[np.float32]


class StepFunction(Protocol):
    """Whatever can run over inputs of shape (time, batch, features) from zero states."""

    def __call__(self, inputs: Array) -> Step:
        """One call of the network."""


def rollout(
    network: StepFunction,
    contexts: Array,
    *,
    window: int,
    lead: int,
    horizon: int,
    deadline: float = math.inf,
) -> Array:
    """Roll out a batch of contexts together, one window after another.

    `contexts` has shape (batch, context, features), oldest first, in the network's units, where context is
    `window + lead - 1`. The answer has shape (batch, horizon, targets); its step h is the value h + 1 steps
    after the context's last. The window slides over the true values first, then over predictions, as the
    network never saw more than a window from zero states in training.

    Raises ForecastTimeout once time.monotonic() is past the deadline.
    """
    batch, context, features = contexts.shape
    if context != context_length(window, lead):
        raise ValueError(f"a context of {context_length(window, lead)} values is needed, not {context}")
    # Time leads, so that each window is one contiguous block and sliding it copies nothing.
    values = np.empty((context + horizon - 1, batch, features), np.float32)
    values[:context] = contexts.transpose(1, 0, 2)
    predictions = []
    for step in range(horizon):
        if time.monotonic() > deadline:
            raise ForecastTimeout(f"the forecast was stopped at step {step} of {horizon}: it took too long")
        output = network(values[step : step + window]).output
        predictions.append(output)
        if step + 1 < horizon:
            values[context + step] = output
    return np.stack(predictions, axis=1)
