"""The work that an engine has taken on and not yet done: counted in cell steps, and told in seconds."""

import math
from weakref import WeakKeyDictionary

from models.engine.request import RolloutRequest
from models.graphs.onnx_network import OnnxNetwork

# A rate is that of about the last half second of work. The guess that it begins with weighs as much as 20 ms of work.
MEMORY_S, GUESS_WEIGHT_S = 0.5, 0.02


class ModelWork:
    """One model's work of one kind (short or long): what is left of it, and what a cell step takes."""

    def __init__(self, cell_step_s: float, spreads: bool) -> None:
        self.cell_steps, self.spreads = 0, spreads
        self._seconds, self._done = GUESS_WEIGHT_S, GUESS_WEIGHT_S / cell_step_s

    @property
    def left_s(self) -> float:
        """How long one thread would take for what is left."""
        return self.cell_steps * self._seconds / self._done

    def measured(self, cell_steps: int, seconds: float) -> None:
        """One thread did so much in so long."""
        fades = math.exp(-seconds / MEMORY_S)
        self._seconds = self._seconds * fades + seconds
        self._done = self._done * fades + cell_steps


class Backlog:
    """The work of all models. Short requests (answered by the first call) and long ones are counted apart.

    A cell step is one step of the network for one row: the first call takes as many as the window is long. What a cell
    step takes is measured for each model and kept as long as its network. Nothing here locks: the engine calls it under
    its own lock.
    """

    def __init__(self) -> None:
        self._known: WeakKeyDictionary[OnnxNetwork, tuple[ModelWork, ModelWork]] = WeakKeyDictionary()
        self._under_way: tuple[dict[OnnxNetwork, ModelWork], dict[OnnxNetwork, ModelWork]] = ({}, {})

    def add(self, request: RolloutRequest, *, spreads: bool) -> None:
        """Count a request's work in; `spreads` tells whether a few rows of its model occupy every thread."""
        known = self._known.get(request.network)
        if known is None:
            known = ModelWork(request.cell_step_s, spreads), ModelWork(request.cell_step_s, spreads)
            self._known[request.network] = known
        work = known[request.is_short]
        work.cell_steps += len(request.contexts) * request.cell_steps_of_row()
        self._under_way[request.is_short][request.network] = work

    def done(self, network: OnnxNetwork, short: bool, cell_steps: int, seconds: float) -> None:
        """Count work out that one thread has done in so long."""
        work = self._under_way[short].get(network)
        if work is not None:
            work.measured(cell_steps, seconds)
            self._subtract(network, short, cell_steps)

    def dropped(self, request: RolloutRequest, rows: int, done: int = 0) -> None:
        """Count work out that nobody will do: that of rows of which `done` values are predicted."""
        self._subtract(request.network, request.is_short, rows * request.cell_steps_of_row(done))

    def wait_s(self, short: bool, at_work: int, threads: int) -> float:
        """How long all that is left takes, on the threads that are at work or would be if there were more of it.

        Models that need many rows for a call to be worth a thread of its own stay on those that are at work. For others
        all threads count: else one thread's work would keep requests out while the others are idle.
        """
        return sum(work.left_s / (threads if work.spreads else at_work) for work in self._under_way[short].values())

    def is_empty(self, short: bool) -> bool:
        """Whether nothing is left; may be asked without the lock."""
        return not self._under_way[short]

    def cell_steps(self, short: bool) -> int:
        """How many cell steps are left."""
        return sum(work.cell_steps for work in self._under_way[short].values())

    def _subtract(self, network: OnnxNetwork, short: bool, cell_steps: int) -> None:
        work = self._under_way[short].get(network)
        if work is not None:
            work.cell_steps -= cell_steps
            if work.cell_steps <= 0:
                del self._under_way[short][network]
