"""Who may begin next: the requests that wait, and a thread's fair share of them.

Nothing here locks: the engine calls it under its own lock.
"""

from collections import Counter, deque
from collections.abc import Mapping
from typing import NamedTuple

from models.engine.batch import Batch, Job, Row
from models.inference.onnx_network import Network

ROWS = 128  # of one model, in one thread, at once; more wait
# Threads share a model's rows once each has at least so many, as the network is efficient from there on, and so
# much arithmetic in a call: below about 0.1 ms they would wait for the interpreter more than they compute.
GRAIN, GRAIN_FLOP = 8, 5_000_000
TURN = 256  # steps after which a row makes place for one that waits


class Piece(NamedTuple):
    """Rows of a job that begin together: `job.contexts[start:stop]`."""

    job: Job
    start: int
    stop: int


class Taken(NamedTuple):
    """What a thread may begin for one model: rows of requests, and rows that had made place."""

    pieces: list[Piece]
    resumed: list[Row]


class Admission:
    """The queues of one engine: next values, and everything longer.

    A thread gets next values at every tick, whatever rolls out, and rollouts as long as it has room, whatever
    next values come. Requests take turns row by row, so that a thousand windows do not hold up one; rows that
    have had their turn make place when others wait, so that ten thousand steps do not hold up ten.
    """

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._short: deque[Job] = deque()
        self._long: deque[Job | Row] = deque()
        self.rolling: Counter[Network] = Counter()  # rows in batches, over all threads

    def __bool__(self) -> bool:
        return bool(self._short or self._long)

    def put(self, job: Job) -> None:
        """Queue a job."""
        (self._short if job.short else self._long).append(job)

    def take(self, batches: Mapping[Network, Batch], idle: int) -> dict[Network, Taken]:
        """What a thread with these batches should begin now, while `idle` others have nothing to do."""
        taken: dict[Network, Taken] = {}
        if self._short:
            self._take_short(taken, idle)
        if self._long:
            self._take_long(taken, batches)
        return taken

    def _take_short(self, taken: dict[Network, Taken], idle: int) -> None:
        waiting: Counter[Network] = Counter()
        for job in self._short:
            waiting[job.network] += len(job.contexts) - job.taken
        room: dict[Network, int] = {}
        for _ in range(len(self._short)):
            job = self._short.popleft()
            if job.cancelled:
                continue
            if job.network not in room:
                share = max(_grain(job, job.shape.window), -(-waiting[job.network] // (1 + idle)))
                room[job.network] = min(ROWS, share)
            count = min(len(job.contexts) - job.taken, room[job.network])
            if count:
                room[job.network] -= count
                _of(taken, job.network).pieces.append(Piece(job, job.taken, job.taken + count))
                job.taken += count
            if job.taken < len(job.contexts):
                self._short.append(job)

    def _take_long(self, taken: dict[Network, Taken], batches: Mapping[Network, Batch]) -> None:
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
            _of(taken, job.network).pieces.append(Piece(job, job.taken, job.taken + 1))
            job.taken += 1
            if job.taken < len(job.contexts):
                self._long.append(job)

    def _room(self, batches: Mapping[Network, Batch]) -> dict[Network, int]:
        """How many more rows of each waiting model a thread should hold, after those that make place did."""
        waiting: Counter[Network] = Counter()
        grains: dict[Network, int] = {}
        for each in self._long:
            job = _job(each)
            waiting[job.network] += 1 if isinstance(each, Row) else len(each.contexts) - each.taken
            grains[job.network] = _grain(job, job.shape.window if job.shape.rollout == "window" else 1)
        room = {}
        for network, count in waiting.items():
            total = self.rolling[network] + count
            batch = batches.get(network)
            held = len(batch.rows) if batch else 0
            if not held and self.rolling[network] and total <= min(ROWS, grains[network]):
                room[network] = 0  # the thread that has the others takes these as well, before its next step
                continue
            share = max(grains[network], -(-total // self._threads))
            room[network] = min(ROWS, share) - held
            if batch is not None and room[network] <= 0:
                parked = batch.part_after(TURN)
                self._long.extend(parked)
                self.rolling[network] -= len(parked)
                room[network] += len(parked)
        return room


def _grain(job: Job, steps: int) -> int:
    """How many rows a thread's call of a model should have before another thread takes some."""
    return max(GRAIN, GRAIN_FLOP // (2 * job.network.weights * steps))


def _job(waiting: Job | Row) -> Job:
    return waiting.job if isinstance(waiting, Row) else waiting


def _of(taken: dict[Network, Taken], network: Network) -> Taken:
    return taken.setdefault(network, Taken([], []))
