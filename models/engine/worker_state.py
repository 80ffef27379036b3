"""What one compute thread holds, and what its present tick has done."""

import time
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from models.engine.backlog import Backlog
from models.engine.batch import Batch
from models.engine.request import RequestSlice, RolloutRequest, SequenceState
from models.engine.stats import CallStats
from models.graphs.onnx_network import OnnxNetwork


class Calls(NamedTuple):
    """The cell steps that a thread has done for one model, for short and for long requests, and how long it took."""

    network: OnnxNetwork
    short: int
    long: int
    seconds: float


@dataclass
class WorkerState:
    """A thread's batches, and what its present tick has finished, done and given up."""

    batches: dict[OnnxNetwork, Batch] = field(default_factory=dict)
    turns: deque[OnnxNetwork] = field(default_factory=deque)  # whose batch steps next
    cancel_epoch: int = 0
    at_work: bool = False
    counted_s: float = 0.0  # until when its time is counted
    done: list[RequestSlice] = field(default_factory=list)
    failed: list[tuple[RolloutRequest, Exception]] = field(default_factory=list)
    left: Counter[OnnxNetwork] = field(default_factory=Counter)  # rows that are in no batch any more
    calls: list[Calls] = field(default_factory=list)
    stats: CallStats = field(default_factory=CallStats)
    dropped: list[SequenceState | RequestSlice] = field(default_factory=list)  # whose further work nobody will do

    def count(self, network: OnnxNetwork, *, short: int, long: int) -> None:
        """Note how many cell steps were done, in the time since the last note."""
        now = time.perf_counter()
        self.calls.append(Calls(network, short, long, now - self.counted_s))
        self.counted_s = now

    def count_first_calls(self, network: OnnxNetwork, slices: Sequence[RequestSlice]) -> None:
        """Note a first call."""
        window = slices[0].request.spec.window
        rows = sum(stop - start for _, start, stop in slices)
        short = sum(stop - start for request, start, stop in slices if request.is_short)
        self.count(network, short=window * short, long=window * (rows - short))

    def settle_work(self, backlog: Backlog) -> None:
        """Count out of the backlog what was done, and what was given up. Under the engine's lock."""
        for network, short, long, seconds in self.calls:
            if short:
                backlog.done(network, True, short, seconds * short / (short + long))
            if long:
                backlog.done(network, False, long, seconds * long / (short + long))
        for each in self.dropped:
            if isinstance(each, SequenceState):
                backlog.dropped(each.request, 1, each.done)
            else:
                backlog.dropped(each.request, each.stop - each.start)
        self.calls, self.dropped = [], []
