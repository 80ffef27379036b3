"""The rows of one model that roll out together: each step gives every row its next values."""

import time
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from models.engine.request import SequenceState
from models.graphs.onnx_network import OnnxNetwork
from models.inference.rollout import advance, steps_per_call
from models.spec.model_spec import ModelSpec

Array = NDArray[np.float32]

STEPS_PER_BUFFER = 256  # after which the newest values go back to the buffer's beginning
MAX_CALL_S = 0.001  # how long a call may take, about: so long others wait to join, to leave or for their own turn
TELL_EVERY_S = 0.01  # copying 128 rows' predictions takes about 0.1 ms


class Batch:
    """A model's rows in step: their values in one buffer, their states in one array each. Owned by one thread.

    Every row gains as many values per step as the network has outputs, so all rows share one cursor into the buffer:
    a step's window is a contiguous block of it, and the states that come out of a call go into the next as they are.
    A call makes as many steps as its rows all want, within MAX_CALL_S.
    """

    rows: list[SequenceState]
    told: list[Callable[[], None]]  # by which those are told who ask how far their requests have come
    _buffer: Array  # shape (time, rows, columns): the features, and what else the network predicts
    _known_future: Array | None  # shape (time, rows, channels), from the next call's first target on
    _states: tuple[Array, ...]
    _cursor: int  # index of the buffer's next value
    _recorded: int  # up to here the buffer's values have been copied to the requests
    _next_end: int  # how many values after the batch's first the first row is done
    _step_s: float  # how long a step takes, by the last call

    def __init__(self, network: OnnxNetwork, spec: ModelSpec) -> None:
        self._network, self._spec, self._input_length = network, spec, spec.input_length
        self._gained = self._cursor = self._recorded = 0
        self._told_s = self._step_s = 0.0
        self.cell_steps = 0  # done so far, over all rows
        self._block = spec.outputs
        self._features, self._columns = len(spec.features), max(len(spec.features), spec.output_columns)
        self._carries_state, self._steps_per_call = spec.rollout == "state", steps_per_call(network, spec)
        self._step_length = spec.step_length
        # A multiple of the block, so that the buffer ends with a whole step.
        self._room = -(-STEPS_PER_BUFFER // self._block) * self._block
        self._rebuild_buffer([], np.empty((self._input_length, 0, 0), np.float32), ())  # no rows yet, of any width

    def join(self, rows: Sequence[SequenceState]) -> None:
        """Take rows in; each goes on from its newest values and its states."""
        self._record()
        if not self._step_s:
            self._step_s = len(rows) * self._step_length * rows[0].request.cell_step_s
        newest = np.stack([row.newest for row in rows], axis=1)
        states = tuple(np.stack(each)[None] for each in zip(*(row.states for row in rows), strict=True))
        if self.rows:
            newest = np.concatenate([self._tail(), newest], axis=1)
            states = tuple(np.concatenate(pair, axis=1) for pair in zip(self._states, states, strict=True))
        for row in rows:
            row.joined_at = self._gained
        self._rebuild_buffer([*self.rows, *rows], newest, states)

    def step(self) -> list[SequenceState]:
        """Advance every row by some steps, in one call of the network; the answer is the rows that are now done."""
        if self._cursor == len(self._buffer):
            self._record()
            self._rebuild_buffer(self.rows, self._tail(), self._states)
        cursor, steps = self._cursor, self._next_steps()
        known = None if self._known_future is None else self._known_future[cursor - self._input_length :]
        states = self._states if self._carries_state else None
        begun = time.perf_counter()
        outputs, self._states = advance(self._network, self._spec, self._buffer[:cursor], steps, states, known)
        self._step_s = (time.perf_counter() - begun) / steps
        self._cursor += len(outputs)
        self._buffer[cursor : self._cursor] = outputs
        self._gained += len(outputs)
        self.cell_steps += len(self.rows) * steps * self._step_length
        return self.evict(lambda row: row.done >= row.request.horizon) if self._gained >= self._next_end else []

    def _next_steps(self) -> int:
        """How many steps the next call makes: until the first row is done, the buffer is full or the time is over."""
        wanted = -(-(self._next_end - self._gained) // self._block)
        room = (len(self._buffer) - self._cursor) // self._block
        return max(1, min(wanted, room, self._steps_per_call, int(MAX_CALL_S / self._step_s)))

    def evict(self, leaves: Callable[[SequenceState], bool]) -> list[SequenceState]:
        """Let rows go, with all that it takes to go on elsewhere."""
        self._record()
        leaving = [leaves(row) for row in self.rows]
        if not any(leaving):
            return []
        newest, evicted = self._tail(), []
        for index, (row, goes) in enumerate(zip(self.rows, leaving, strict=True)):
            if goes:
                row.newest = newest[:, index].copy()
                row.states = tuple(state[0, index].copy() for state in self._states)
                evicted.append(row)
        stays = np.flatnonzero(~np.array(leaving))
        self._rebuild_buffer(
            [self.rows[index] for index in stays], newest[:, stays], tuple(state[:, stays] for state in self._states)
        )
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

    def _tail(self) -> Array:
        """The newest values of all rows, which later steps still need: shape (input_length, rows, features)."""
        return self._buffer[self._cursor - self._input_length : self._cursor, :, : self._features]

    def _record(self) -> None:
        """Copy the predictions made since the last time to their requests."""
        predicted = self._buffer[self._recorded : self._cursor]
        if len(predicted):
            for index, row in enumerate(self.rows):
                wanted = predicted[: row.request.horizon - row.done, index]  # the last step may have given more
                row.request.predictions[row.index, row.done : row.done + len(wanted)] = wanted
                row.done += len(predicted)
                if row.request.tell is not None:
                    row.request.reached[row.index] = min(row.done, row.request.horizon)
            self._recorded = self._cursor

    def _rebuild_buffer(self, rows: list[SequenceState], newest: Array, states: tuple[Array, ...]) -> None:
        """Begin a new buffer with the newest values of these rows; all of the old one is recorded by now."""
        length, _, features = newest.shape
        self.rows, self._states = rows, states
        self._buffer = np.empty((length + self._room, len(rows), self._columns), np.float32)
        self._buffer[:length, :, :features] = newest
        self._cursor = self._recorded = length
        self.told = list({row.request.tell: None for row in rows if row.request.tell is not None})
        left = min((row.request.horizon - row.done for row in rows), default=0)
        self._next_end = self._gained + left
        self._known_future = (
            self._known_future_of_rows(min(left, self._room)) if self._spec.known_future_channels else None
        )

    def _known_future_of_rows(self, steps: int) -> Array | None:
        """What is known ahead of the next `steps` steps, after which the buffer is rebuilt."""
        first, length = self._spec.window - self._step_length, self._step_length + steps - 1
        ahead = [
            row.request.known_future[row.index, row.done + first :][:length]
            for row in self.rows
            if row.request.known_future is not None
        ]
        return np.stack(ahead, axis=1) if ahead else None
