"""Rolling a network out: feeding its predictions back to reach further ahead."""

import math
import time
from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.errors import ForecastTimeout
from models.manifest import RolloutMode
from models.network import Step
from models.windows import context_length

Array = NDArray[np.float32]


class StepFunction(Protocol):
    """Whatever can run over inputs of shape (time, batch, features), from zero states unless some are given."""

    def __call__(self, inputs: Array, states: Sequence[Array] | None = None) -> Step:
        """One call of the network."""


def rollout(
    network: StepFunction,
    contexts: Array,
    *,
    window: int,
    lead: int,
    horizon: int,
    mode: RolloutMode = "window",
    deadline: float = math.inf,
) -> Array:
    """Roll out a batch of contexts together, one step after another.

    `contexts` has shape (batch, context, features), oldest first, in the network's units, where context is
    `window + lead - 1`. The answer has shape (batch, horizon, targets); its step h is the value h + 1 steps
    after the context's last. With a lead above 1 the true values after the first window are taken in first,
    then predictions.

    `window`: each step sees the last `window` values from zero states, as a network that was trained on windows
    needs it. `state`: the first window is encoded once, then each step takes in one more value from the states
    that the step before it left, as a network does that was trained through time.

    Raises ForecastTimeout once time.monotonic() is past the deadline.
    """
    batch, context, features = contexts.shape
    if context != context_length(window, lead):
        raise ValueError(f"a context of {context_length(window, lead)} values is needed, not {context}")
    # Time leads, so that each window is one contiguous block and sliding it copies nothing.
    values = np.empty((context + horizon - 1, batch, features), np.float32)
    values[:context] = contexts.transpose(1, 0, 2)
    predictions = []
    states: Sequence[Array] | None = None
    for step in range(horizon):
        if time.monotonic() > deadline:
            raise ForecastTimeout(f"the forecast was stopped at step {step} of {horizon}: it took too long")
        # What came before the newest value is in the states, where they are carried.
        first = step if states is None else step + window - 1
        output, left = network(values[first : step + window], states)
        if mode == "state":
            states = left
        predictions.append(output)
        if step + 1 < horizon:
            values[context + step] = output
    return np.stack(predictions, axis=1)
