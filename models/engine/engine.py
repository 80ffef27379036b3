"""Continuous batching: all requests for a model advance together, and none waits for another's end.

The idea is iteration-level scheduling, which Orca brought to language models (Yu et al., OSDI 2022). Each compute
thread works in ticks:

1. It takes what it may begin now (models/engine/scheduler.py).
2. Rows of cancelled requests leave their batches.
3. What it took gets its first call, one for each model (models/engine/prefill.py). Short requests are then answered;
   the rows of longer ones join their model's batch.
4. One batch makes one step; models take turns.
5. Requests that are now whole are delivered.

There are no timers: whatever has arrived goes into the next tick. An answer depends on what else was in its batches
only by float32 rounding, an ulp or two of each step's values.

Who owns what: a `Batch` and its rows belong to the compute thread that took them, until they are done or leave.
`Scheduler`, and a request's `started`, `unfinished` and `cancelled`, change only under the engine's lock. A request's
`predictions` are written by the threads that hold its rows, each its own rows, and read by others only after `deliver`.
"""

import threading
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from models.engine.batch import Batch
from models.engine.prefill import prefill
from models.engine.request import RequestSlice, RolloutRequest
from models.engine.scheduler import Admitted, Scheduler
from models.inference.onnx_network import OnnxNetwork

PEER_WAIT_S = 0.001  # how long a thread sleeps while what waits is left to another thread


@dataclass
class _WorkerState:
    """What one compute thread holds, and what its present tick has finished."""

    batches: dict[OnnxNetwork, Batch] = field(default_factory=dict)
    turns: deque[OnnxNetwork] = field(default_factory=deque)  # whose batch steps next
    cancel_epoch: int = 0
    done: list[RequestSlice] = field(default_factory=list)
    failed: list[tuple[RolloutRequest, Exception]] = field(default_factory=list)
    left: Counter[OnnxNetwork] = field(default_factory=Counter)  # rows that are in no batch any more


class Engine:
    """Compute threads, the requests that wait for them, and the rows that they roll out.

    `deliver` gets each request once, on a compute thread, when it is done or has failed; never a cancelled one.
    """

    def __init__(self, threads: int, deliver: Callable[[Sequence[RolloutRequest]], None]) -> None:
        self._deliver = deliver
        self._lock = threading.Condition()
        self._scheduler = Scheduler(threads)
        self._idle = 0
        self._cancel_epoch = 0  # goes up when rows must leave their batches
        self._stopping = False
        self._threads = [threading.Thread(target=self._work, name=f"compute-{n}", daemon=True) for n in range(threads)]
        for thread in self._threads:
            thread.start()

    def submit(self, request: RolloutRequest) -> None:
        """Queue a request. From any thread."""
        with self._lock:
            self._scheduler.put(request)
            self._lock.notify()

    def cancel(self, request: RolloutRequest) -> None:
        """Give a request up; its rows leave at the next tick. From any thread."""
        with self._lock:
            request.cancelled = True
            self._cancel_epoch += 1

    def stop(self) -> None:
        """End the threads after their present ticks; requests under way are not delivered."""
        with self._lock:
            self._stopping = True
            self._lock.notify_all()
        for thread in self._threads:
            thread.join()

    def rows(self) -> int:
        """How many rows are rolling out at the moment."""
        with self._lock:
            return self._scheduler.rolling.total()

    def _work(self) -> None:
        worker = _WorkerState()
        while True:
            # 1. Take what may begin.
            with self._lock:
                while not (worker.batches or self._scheduler or self._stopping):
                    self._idle += 1
                    self._lock.wait()
                    self._idle -= 1
                if self._stopping:
                    return
                admitted = self._scheduler.admit(worker.batches, self._idle)
                if not (admitted or worker.batches):
                    self._lock.wait(PEER_WAIT_S)  # what waits is for a thread that is at work on the same model
                if self._idle and self._scheduler:
                    self._lock.notify()  # there is more than this thread's share
                cancellation_pending = worker.cancel_epoch != self._cancel_epoch
                worker.cancel_epoch = self._cancel_epoch
            # 2. Let cancelled rows go.
            if cancellation_pending:
                for network, batch in worker.batches.items():
                    worker.left[network] += len(batch.evict(lambda row: row.request.cancelled))
            # 3. First calls.
            for network, each in admitted.items():
                _begin(worker, network, each)
            # 4. One step.
            if worker.turns:
                _step(worker, worker.turns.popleft(), lambda: self._may_go_on(worker))
            # 5. Deliver.
            if worker.done or worker.failed or worker.left:
                self._settle(worker)

    def _may_go_on(self, worker: _WorkerState) -> bool:
        """Whether a thread may make another step of its one batch: nobody waits, to begin or for an answer.

        Read without the lock, as it is read again before the next step.
        """
        waiting = self._scheduler or self._stopping or self._cancel_epoch != worker.cancel_epoch
        return not (waiting or worker.turns or worker.done or worker.failed)

    def _settle(self, worker: _WorkerState) -> None:
        """Count what a tick has finished, and deliver the requests that are whole."""
        delivered = []
        with self._lock:
            self._scheduler.rolling -= worker.left
            for request, error in worker.failed:
                if not request.cancelled:
                    request.error, request.cancelled = error, True
                    self._cancel_epoch += 1
                    delivered.append(request)
            for request, start, stop in worker.done:
                request.unfinished -= stop - start
                if not request.unfinished and not request.cancelled:
                    delivered.append(request)
        worker.done, worker.failed, worker.left = [], [], Counter()
        if delivered:
            self._deliver(delivered)


def _begin(worker: _WorkerState, network: OnnxNetwork, admitted: Admitted) -> None:
    """The first call of what was admitted; the rows that have further to go join their batch."""
    slices, rows = admitted
    if slices:
        try:
            rows = [*prefill(network, slices), *rows]
        except Exception as error:  # whatever went wrong is these requests' answer
            worker.failed += [(request, error) for request, _, _ in slices]
            worker.left[network] += sum(not request.is_short for request, _, _ in slices)
        else:
            worker.done += [each for each in slices if each.request.is_short]
    if rows:
        if network not in worker.batches:
            worker.batches[network] = Batch(network, rows[0].request.spec)
            worker.turns.append(network)
        worker.batches[network].join(rows)


def _step(worker: _WorkerState, network: OnnxNetwork, may_go_on: Callable[[], bool]) -> None:
    """One step of one batch, and more as long as nothing else is to be done; it then queues for its next turn."""
    batch = worker.batches[network]
    if batch.rows:
        try:
            finished = batch.step()
            while not finished and may_go_on():
                finished = batch.step()
        except Exception as error:  # as above
            worker.failed += [(row.request, error) for row in batch.rows]
            finished = batch.evict(lambda _: True)
        else:
            worker.done += [RequestSlice(row.request, row.index, row.index + 1) for row in finished]
        worker.left[network] += len(finished)
    if batch.rows:
        worker.turns.append(network)
    else:
        del worker.batches[network]
