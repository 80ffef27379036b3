"""Who may begin next: the requests that wait, and a thread's fair share of them.

Nothing here locks: the engine calls it under its own lock.
"""

from collections import Counter, deque
from collections.abc import Mapping
from typing import NamedTuple

from models.engine.batch import Batch, RolloutRequest, Row
from models.inference.onnx_network import OnnxNetwork

MAX_BATCH_ROWS = 128  # of one model, in one thread, at once; more wait
# Threads share a model's rows once each has at least so many, as the network is efficient from there on, and so
# much arithmetic in a call: below about 0.1 ms they would wait for the interpreter more than they compute.
MIN_ROWS_PER_THREAD, MIN_FLOP_PER_CALL = 8, 5_000_000
MAX_STEPS_BEFORE_YIELD = 256  # steps after which a row makes place for one that waits


class RequestSlice(NamedTuple):
    """Rows of a job that begin together: `job.contexts[start:stop]`."""

    job: RolloutRequest
    start: int
    stop: int


class Admitted(NamedTuple):
    """What a thread may begin for one model: rows of requests, and rows that had made place."""

    pieces: list[RequestSlice]
    resumed: list[Row]


class Scheduler:
    """The queues of one engine: next values, and everything longer.

    A thread gets next values at every tick, whatever rolls out, and rollouts as long as it has room, whatever
    next values come. Requests take turns row by row, so that a thousand windows do not hold up one; rows that
    have had their turn make place when others wait, so that ten thousand steps do not hold up ten.
    """

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._short: deque[RolloutRequest] = deque()
        self._long: deque[RolloutRequest | Row] = deque()
        self.rolling: Counter[OnnxNetwork] = Counter()  # rows in batches, over all threads

    def __bool__(self) -> bool:
        return bool(self._short or self._long)

    def put(self, job: RolloutRequest) -> None:
        """Queue a job."""
        (self._short if job.short else self._long).append(job)

    def take(self, batches: Mapping[OnnxNetwork, Batch], idle: int) -> dict[OnnxNetwork, Admitted]:
        """What a thread with these batches should begin now, while `idle` others have nothing to do."""
        taken: dict[OnnxNetwork, Admitted] = {}
        if self._short:
            self._take_short(taken, idle)
        if self._long:
            self._take_long(taken, batches)
        return taken

    def _take_short(self, taken: dict[OnnxNetwork, Admitted], idle: int) -> None:
        waiting: Counter[OnnxNetwork] = Counter()
        for job in self._short:
            waiting[job.network] += len(job.contexts) - job.taken
        room: dict[OnnxNetwork, int] = {}
        for _ in range(len(self._short)):
            job = self._short.popleft()
            if job.cancelled:
                continue
            if job.network not in room:
                share = max(_min_rows_per_thread(job, job.spec.window), -(-waiting[job.network] // (1 + idle)))
                room[job.network] = min(MAX_BATCH_ROWS, share)
            count = min(len(job.contexts) - job.taken, room[job.network])
            if count:
                room[job.network] -= count
                _of(taken, job.network).pieces.append(RequestSlice(job, job.taken, job.taken + count))
                job.taken += count
            if job.taken < len(job.contexts):
                self._short.append(job)

    def _take_long(self, taken: dict[OnnxNetwork, Admitted], batches: Mapping[OnnxNetwork, Batch]) -> None:
        room = self._room(batches)
        passed = 0
        while passed < len(self._long):
            each = self._long.popleft()
            job = _job(each)
            if job.cancelled:
                continue
            if room[job.network] <= 0:
                self._long.append(each)
                passed += 1
                continue
            passed = 0
            room[job.network] -= 1
            self.rolling[job.network] += 1
            if isinstance(each, Row):
                _of(taken, job.network).resumed.append(each)
                continue
            _of(taken, job.network).pieces.append(RequestSlice(job, job.taken, job.taken + 1))
            job.taken += 1
            if job.taken < len(job.contexts):
                self._long.append(job)

    def _room(self, batches: Mapping[OnnxNetwork, Batch]) -> dict[OnnxNetwork, int]:
        """How many more rows of each waiting model a thread should hold, after those that make place did."""
        waiting: Counter[OnnxNetwork] = Counter()
        grains: dict[OnnxNetwork, int] = {}
        for each in self._long:
            job = _job(each)
            waiting[job.network] += 1 if isinstance(each, Row) else len(each.contexts) - each.taken
            grains[job.network] = _min_rows_per_thread(job, job.spec.window if job.spec.rollout == "window" else 1)
        room = {}
        for network, count in waiting.items():
            total = self.rolling[network] + count
            batch = batches.get(network)
            held = len(batch.rows) if batch else 0
            if not held and self.rolling[network] and total <= min(MAX_BATCH_ROWS, grains[network]):
                room[network] = 0  # the thread that has the others takes these as well, before its next step
                continue
            share = max(grains[network], -(-total // self._threads))
            room[network] = min(MAX_BATCH_ROWS, share) - held
            if batch is not None and room[network] <= 0:
                parked = batch.part_after(MAX_STEPS_BEFORE_YIELD)
                self._long.extend(parked)
                self.rolling[network] -= len(parked)
                room[network] += len(parked)
        return room


def _min_rows_per_thread(job: RolloutRequest, steps: int) -> int:
    """How many rows a thread's call of a model should have before another thread takes some."""
    return max(MIN_ROWS_PER_THREAD, MIN_FLOP_PER_CALL // (2 * job.network.weights * steps))


def _job(waiting: RolloutRequest | Row) -> RolloutRequest:
    return waiting.job if isinstance(waiting, Row) else waiting


def _of(taken: dict[OnnxNetwork, Admitted], network: OnnxNetwork) -> Admitted:
    return taken.setdefault(network, Admitted([], []))
