"""The rows of one model that roll out together, one prediction each per step."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from models.inference.onnx_network import OnnxNetwork
from models.inference.step_inputs import step_inputs
from models.spec.model_spec import ModelSpec

Array = NDArray[np.float32]

STEPS_PER_BUFFER = 256  # after which the tape is wound back to its beginning


@dataclass(eq=False)
class RolloutRequest:
    """A request under way: its contexts, and its predictions as they come.

    `contexts` has shape (rows, input_length, features), `calendar` (rows, window + horizon - 1, calendar channels) and
    `predictions` (rows, horizon, targets), all in the network's units. Nothing changes any more once `left` is 0 or
    `error` is set.
    """

    network: OnnxNetwork
    spec: ModelSpec
    contexts: Array
    horizon: int
    calendar: Array | None = None
    predictions: Array = field(init=False)
    left: int = field(init=False)
    taken: int = 0
    cancelled: bool = False
    error: Exception | None = None

    def __post_init__(self) -> None:
        self.left = len(self.contexts)
        self.predictions = np.empty((self.left, self.horizon, len(self.spec.targets)), np.float32)

    @property
    def short(self) -> bool:
        """Whether the first call of the network answers it."""
        return self.horizon <= self.spec.outputs


@dataclass(eq=False)
class Row:
    """One window of a job: how far it has come, and what it takes to go on.

    `tape` holds its newest values, shape (input_length, features), and `states` its row of each state, shape
    (units,). Both are current only while the row is in no batch.
    """

    job: RolloutRequest
    place: int
    done: int
    tape: Array
    states: tuple[Array, ...]
    joined_at: int = 0


class Batch:
    """A model's rows in step: their values on one tape, their states in one slab. Owned by one thread.

    Every row gains as many values per step as the network has outputs, so all share the tape's cursor: a step's
    window is one contiguous block of it, and the states that come out of a step go into the next as they are.
    Nothing is copied but when rows come or go, and where the network takes in more than the newest values.
    """

    rows: list[Row]
    _tape: Array  # shape (time, rows, features)
    _calendar: Array | None  # shape (time, rows, calendar channels), from the next call's first target on
    _states: tuple[Array, ...]
    _cursor: int  # where the tape's next value goes
    _recorded: int  # up to where the tape has been copied to the jobs
    _next_end: int  # the step after which the first row is done

    def __init__(self, network: OnnxNetwork, spec: ModelSpec) -> None:
        self._network, self._spec, self._depth = network, spec, spec.input_length
        self._steps = self._cursor = self._recorded = 0
        self._block = spec.outputs
        self._carries = spec.rollout == "state"
        # What came before the newest values is in the states, where they are carried.
        self._reach = spec.outputs if self._carries else spec.window
        # Whole steps, so that the tape ends with one.
        self._room = -(-STEPS_PER_BUFFER // self._block) * self._block
        self._lay([], np.empty((self._depth, 0, len(spec.features)), np.float32), ())

    def join(self, rows: Sequence[Row]) -> None:
        """Take rows in; each goes on where its tape and its states are."""
        self._record()
        tape = np.stack([row.tape for row in rows], axis=1)
        states = tuple(np.stack(each)[None] for each in zip(*(row.states for row in rows), strict=True))
        if self.rows:
            tape = np.concatenate([self._newest(), tape], axis=1)
            states = tuple(np.concatenate(pair, axis=1) for pair in zip(self._states, states, strict=True))
        for row in rows:
            row.joined_at = self._steps
        self._lay([*self.rows, *rows], tape, states)

    def step(self) -> list[Row]:
        """Advance every row by the network's outputs, in one call of it; the rows that are done leave."""
        if self._cursor == len(self._tape):
            self._record()
            self._lay(self.rows, self._newest(), self._states)
        cursor, block, reach = self._cursor, self._block, self._reach
        known = None if self._calendar is None else self._calendar[cursor - self._depth :][:reach]
        inputs = step_inputs(self._spec, self._tape, cursor - reach + 1, reach, known)
        if self._carries:
            output, self._states = self._network(inputs, self._states)
        else:
            output, _ = self._network(inputs)
        if block == 1:
            self._tape[cursor] = output
        else:
            self._tape[cursor : cursor + block] = output.reshape(len(output), block, -1).transpose(1, 0, 2)
        self._cursor += block
        self._steps += block
        return self.part(lambda row: row.done >= row.job.horizon) if self._steps >= self._next_end else []

    def part(self, recipe_fields: Callable[[Row], bool]) -> list[Row]:
        """Let rows go, with all that it takes to go on elsewhere."""
        self._record()
        going = [recipe_fields(row) for row in self.rows]
        if not any(going):
            return []
        newest, gone = self._newest(), []
        for index, (row, goes) in enumerate(zip(self.rows, going, strict=True)):
            if goes:
                row.tape = newest[:, index].copy()
                row.states = tuple(state[0, index].copy() for state in self._states)
                gone.append(row)
        stays = np.flatnonzero(~np.array(going))
        self._lay(
            [self.rows[index] for index in stays], newest[:, stays], tuple(state[:, stays] for state in self._states)
        )
        return gone

    def part_after(self, steps: int) -> list[Row]:
        """Let rows go that have gained at least so many predictions here."""
        return self.part(lambda row: self._steps - row.joined_at >= steps)

    def _newest(self) -> Array:
        """The values that later steps still need, shape (input_length, rows, features)."""
        return self._tape[self._cursor - self._depth : self._cursor]

    def _record(self) -> None:
        """Copy the predictions made since the last time to where they belong."""
        news = self._tape[self._recorded : self._cursor]
        if len(news):
            for index, row in enumerate(self.rows):
                wanted = news[: row.job.horizon - row.done, index]  # the last step may have given more
                row.job.predictions[row.place, row.done : row.done + len(wanted)] = wanted
                row.done += len(news)
            self._recorded = self._cursor

    def _lay(self, rows: list[Row], newest: Array, states: tuple[Array, ...]) -> None:
        """Begin a new tape with what is still needed of the old one."""
        input_length, _, features = newest.shape
        self.rows, self._states = rows, states
        self._tape = np.empty((input_length + self._room, len(rows), features), np.float32)
        self._tape[:input_length] = newest
        self._cursor = self._recorded = input_length
        left = min((row.job.horizon - row.done for row in rows), default=0)
        self._next_end = self._steps + left
        self._calendar = self._calendar_ahead(min(left, self._room)) if self._spec.calendar else None

    def _calendar_ahead(self, steps: int) -> Array | None:
        """The calendar that the next so many steps take in, after which a tape is laid anew."""
        first, length = self._spec.window - self._reach, self._reach + steps - 1
        ahead = [
            row.job.calendar[row.place, row.done + first :][:length]
            for row in self.rows
            if row.job.calendar is not None
        ]
        return np.stack(ahead, axis=1) if ahead else None
