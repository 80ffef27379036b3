"""The rows of one model that roll out together: each call gives every row its next values."""

import time
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from models.engine.request import SequenceState
from models.graphs.onnx_network import OnnxNetwork
from models.inference.rollout import advance, steps_per_call
from models.spec.model_spec import ModelSpec

Array = NDArray[np.float32]

MAX_CALL_S = 0.001  # how long a call may take, about: so long others wait to join, to leave or for their own turn
MAX_AHEAD = 256  # values for which what is known of the future is laid out, in memory that many rows share
TELL_EVERY_S = 0.01  # copying 128 rows' predictions takes about 0.1 ms


class Batch:
    """A model's rows in step: their newest values in one array, their states in one each. Owned by one thread.

    A call makes as many steps as all of its rows want, within MAX_CALL_S. Every row gains as many values. What comes
    out of a call goes into the next as it is; predictions are copied to their requests when rows join or leave.
    """

    rows: list[SequenceState]
    told: list[Callable[[], None]]  # by which those are told who ask how far their requests have come
    _newest: Array  # shape (input_length, rows, features)
    _states: tuple[Array, ...]
    _known_future: Array | None  # shape (time, rows, channels), from the target of the next call's first input on
    _predicted: list[Array]  # what no request has yet: shape (values, rows, columns) each
    _wanted: int  # how many values more the first row to be done wants, of the next MAX_AHEAD

    def __init__(self, network: OnnxNetwork, spec: ModelSpec) -> None:
        self._network, self._spec, self._steps_per_call = network, spec, steps_per_call(network, spec)
        self._gained = 0  # values of a row that was there from the beginning
        self._told_s = self._step_s = 0.0  # when it told how far it is; how long a step takes, by the last call
        self.cell_steps = 0  # done so far, over all rows
        self._predicted = []
        self._hold([], np.empty((spec.input_length, 0, len(spec.features)), np.float32), ())

    def join(self, rows: Sequence[SequenceState]) -> None:
        """Take rows in; each goes on from its newest values and its states."""
        self._record()
        newest = np.stack([row.newest for row in rows], axis=1)
        states = tuple(np.stack(each)[None] for each in zip(*(row.states for row in rows), strict=True))
        if self.rows:
            newest = np.concatenate([self._newest, newest], axis=1)
            states = tuple(np.concatenate(pair, axis=1) for pair in zip(self._states, states, strict=True))
        self._step_s = self._step_s or len(rows) * self._spec.step_length * rows[0].request.cell_step_s
        for row in rows:
            row.joined_at = self._gained
        self._hold([*self.rows, *rows], newest, states)

    def step(self) -> list[SequenceState]:
        """Advance every row by some steps, in one call of the network; the answer is the rows that are now done."""
        spec, steps = self._spec, min(-(-self._wanted // self._spec.outputs), self._steps_per_call)
        steps = max(1, min(steps, int(MAX_CALL_S / self._step_s)))
        begun = time.perf_counter()
        predicted, self._states = advance(self._network, spec, self._newest, steps, self._states, self._known_future)
        self._step_s = (time.perf_counter() - begun) / steps
        self._newest = np.concatenate([self._newest, predicted[..., : len(spec.features)]])[-spec.input_length :]
        if self._known_future is not None:
            self._known_future = self._known_future[len(predicted) :]
        self._predicted.append(predicted)
        self._gained += len(predicted)
        self._wanted -= len(predicted)
        self.cell_steps += len(self.rows) * steps * spec.step_length
        if self._wanted > 0:
            return []
        finished = self.evict(lambda row: row.done >= row.request.horizon)
        if not finished:
            self._hold(self.rows, self._newest, self._states)
        return finished

    def evict(self, leaves: Callable[[SequenceState], bool]) -> list[SequenceState]:
        """Let rows go, with all that it takes to go on elsewhere."""
        self._record()
        leaving = np.array([leaves(row) for row in self.rows], np.bool_)
        evicted = []
        for index in np.flatnonzero(leaving):
            evicted.append(row := self.rows[index])
            row.newest = self._newest[:, index].copy()
            row.states = tuple(state[0, index].copy() for state in self._states)
        if evicted:
            stays = np.flatnonzero(~leaving)
            states = tuple(state[:, stays] for state in self._states)
            self._hold([self.rows[index] for index in stays], self._newest[:, stays], states)
        return evicted

    def evict_after(self, steps: int) -> list[SequenceState]:
        """Let rows go that have gained at least `steps` predictions since they joined."""
        return self.evict(lambda row: self._gained - row.joined_at >= steps)

    def tell(self, now_s: float) -> None:
        """Tell those who asked for it how far their rows have come; not more often than each TELL_EVERY_S."""
        if now_s - self._told_s >= TELL_EVERY_S:
            self._told_s = now_s
            self._record()
            for tell in self.told:
                tell()

    def _record(self) -> None:
        """Copy the predictions made since the last time to their requests."""
        if not self._predicted:
            return
        predicted = np.concatenate(self._predicted)
        for index, row in enumerate(self.rows):
            wanted = predicted[: row.request.horizon - row.done, index]  # the last step may have given more
            row.request.predictions[row.index, row.done : row.done + len(wanted)] = wanted
            row.done += len(predicted)
            if row.request.tell is not None:
                row.request.reached[row.index] = min(row.done, row.request.horizon)
        self._predicted = []

    def _hold(self, rows: list[SequenceState], newest: Array, states: tuple[Array, ...]) -> None:
        """Go on with these rows; what was predicted is recorded by now."""
        self.rows, self._newest, self._states = rows, newest, states
        self._wanted = min([MAX_AHEAD, *(row.request.horizon - row.done for row in rows)])
        self.told = list({row.request.tell: None for row in rows if row.request.tell is not None})
        first = self._spec.window - self._spec.step_length
        known = [
            row.request.known_future[row.index, row.done + first :][: self._spec.step_length + self._wanted - 1]
            for row in rows
            if row.request.known_future is not None
        ]
        self._known_future = np.stack(known, axis=1) if known else None
