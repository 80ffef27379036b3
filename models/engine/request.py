"""Requests under way: what was asked, what is there so far, and what it takes to go on."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.graphs.onnx_network import OnnxNetwork
from models.inference.forecaster import Forecaster, ForecastInputs
from models.spec.model_spec import ModelSpec

Array = NDArray[np.float32]


@dataclass(eq=False)
class RolloutRequest:
    """A request under way: its contexts, and its predictions as they come.

    `contexts` has shape (rows, input_length, features), `known_future` (rows, window + horizon - 1, channels) and
    `predictions` (rows, horizon, spec.output_columns), all in the network's units. `started` counts the rows that were
    admitted, `unfinished` those without their answer. `cell_step_s` is about what a cell step takes one thread, for as
    long as the engine has not measured it. Nothing changes any more once `unfinished` is 0 or `error` is set.

    `tell`, where there is one, is called on compute threads now and then as predictions come; `reached`, shape (rows),
    then counts those of each row that may be read.
    """

    network: OnnxNetwork
    spec: ModelSpec
    contexts: Array
    horizon: int
    known_future: Array | None = None
    cell_step_s: float = 1e-6
    predictions: Array = field(init=False)
    unfinished: int = field(init=False)
    started: int = 0
    cancelled: bool = False
    error: Exception | None = None
    tell: Callable[[], None] | None = None
    reached: NDArray[np.int64] = field(init=False)

    def __post_init__(self) -> None:
        self.unfinished = len(self.contexts)
        self.predictions = np.empty((self.unfinished, self.horizon, self.spec.output_columns), np.float32)

    def tell_by(self, tell: Callable[[], None]) -> None:
        """Have it told how far the request has come, from before it is submitted."""
        self.tell, self.reached = tell, np.zeros(len(self.contexts), np.int64)

    @classmethod
    def of(cls, forecaster: Forecaster, inputs: ForecastInputs) -> "RolloutRequest":
        """The request for inputs that the same forecaster prepared."""
        return cls(forecaster.network, forecaster.spec, inputs.contexts, inputs.horizon, inputs.known_future)

    @property
    def is_short(self) -> bool:
        """Whether the first call of the network answers it."""
        return self.horizon <= self.spec.outputs

    def cell_steps_of_row(self, done: int = 0) -> int:
        """How many cell steps a row still takes once `done` of its values are predicted."""
        calls = -(-(self.horizon - done) // self.spec.outputs)
        return calls * self.spec.step_length if done else self.spec.window + (calls - 1) * self.spec.step_length


class RequestSlice(NamedTuple):
    """Rows of a request that begin or end together: `request.contexts[start:stop]`."""

    request: RolloutRequest
    start: int
    stop: int


@dataclass(eq=False)
class SequenceState:
    """One row of a request that rolls out: how far it has come, and what it takes to go on.

    `index` is the row's index in the request, `done` how many of its values are predicted. `newest` holds its newest
    values, shape (input_length, features), and `states` its row of each state, shape (size,). Both are current only
    while the row is in no batch.
    """

    request: RolloutRequest
    index: int
    done: int
    newest: Array
    states: tuple[Array, ...]
    joined_at: int = 0
