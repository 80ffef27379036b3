"""Continuous batching: all requests for a model advance together, and none waits for another's end.

The idea is iteration-level scheduling, which Orca brought to language models (Yu et al., OSDI 2022). Each compute
thread works in ticks:

1. It takes what it may begin now (models/engine/scheduler.py).
2. Rows of cancelled requests leave their batches.
3. What it took gets its first call, one for each model (models/engine/prefill.py). Short requests are then answered;
   the rows of longer ones join their model's batch.
4. One batch makes some steps, in one call of about a millisecond at most; models take turns.
5. Requests that are now whole are delivered.

There are no timers: whatever has arrived goes into the next tick. An answer depends on what else was in its batches
only by float32 rounding, an ulp or two of each step's values.

Who owns what: a `Batch` and its rows belong to the compute thread that took them, until they are done or leave.
`Scheduler`, and a request's `started`, `unfinished` and `cancelled`, change only under the engine's lock. A request's
`predictions` are written by the threads that hold its rows, each its own rows, and read by others only after `deliver`,
or as far as `reached` says: a row's predictions are written first, then counted.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence

from models.engine.batch import Batch
from models.engine.prefill import prefill
from models.engine.request import RequestSlice, RolloutRequest
from models.engine.scheduler import Admitted, Scheduler
from models.engine.stats import CallStats, count_call
from models.engine.worker_state import WorkerState
from models.graphs.onnx_network import OnnxNetwork

PEER_WAIT_S = 0.001  # how long a thread sleeps while what waits is left to another thread


class Engine:
    """Compute threads, the requests that wait for them, and the rows that they roll out.

    `deliver` gets each request once, on a compute thread, when it is done or has failed; never a cancelled one.
    """

    def __init__(self, threads: int, deliver: Callable[[Sequence[RolloutRequest]], None]) -> None:
        self._deliver = deliver
        self._lock = threading.Condition()
        self._scheduler = Scheduler(threads)
        self._idle = self._at_work = 0
        self._cancel_epoch = 0  # goes up when rows must leave their batches
        self._stopping = False
        self._stats: list[CallStats] = []  # of each thread
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

    def wait_s(self, *, short: bool) -> float:
        """How long the requests take that are under way: those that the first call answers, or the longer ones."""
        if self._scheduler.backlog.is_empty(short):
            return 0.0
        with self._lock:
            return self._scheduler.backlog.wait_s(short, max(1, self._at_work), len(self._threads))

    def cell_steps(self, *, short: bool) -> int:
        """How many cell steps are left of these requests."""
        with self._lock:
            return self._scheduler.backlog.cell_steps(short)

    def stats(self) -> CallStats:
        """What all threads have done so far."""
        return CallStats.total(list(self._stats))

    def _work(self) -> None:
        worker = WorkerState()
        self._stats.append(worker.stats)
        while True:
            # 1. Take what may begin.
            with self._lock:
                while not (worker.batches or self._scheduler or self._stopping):
                    self._set_at_work(worker, False)
                    self._idle += 1
                    self._lock.wait()
                    self._idle -= 1
                if self._stopping:
                    return
                admitted = self._scheduler.admit(worker.batches, self._idle)
                self._set_at_work(worker, bool(admitted or worker.batches))
                if not worker.at_work:
                    self._lock.wait(PEER_WAIT_S)  # what waits is for a thread that is at work on the same model
                if self._idle and self._scheduler:
                    self._lock.notify()  # there is more than this thread's share
                cancellation_pending = worker.cancel_epoch != self._cancel_epoch
                worker.cancel_epoch = self._cancel_epoch
            worker.stats.ticks += 1
            # 2. Let cancelled rows go.
            if cancellation_pending:
                for network, batch in worker.batches.items():
                    evicted = batch.evict(lambda row: row.request.cancelled)
                    worker.left[network] += len(evicted)
                    worker.dropped += evicted
            # 3. First calls.
            for network, each in admitted.items():
                _begin(worker, network, each)
            # 4. Some steps.
            if worker.turns:
                _step(worker, worker.turns.popleft())
            # 5. Deliver.
            if worker.calls or worker.left:
                self._settle(worker)

    def _set_at_work(self, worker: WorkerState, at_work: bool) -> None:
        """Note whether a thread has something to do; its time counts from when it has."""
        if worker.at_work != at_work:
            worker.at_work = at_work
            self._at_work += 1 if at_work else -1
            worker.counted_s = time.perf_counter()

    def _settle(self, worker: WorkerState) -> None:
        """Count what a tick has finished, and deliver the requests that are whole."""
        delivered = []
        with self._lock:
            self._scheduler.rolling -= worker.left
            worker.settle_work(self._scheduler.backlog)
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


def _begin(worker: WorkerState, network: OnnxNetwork, admitted: Admitted) -> None:
    """The first call of what was admitted; the rows that have further to go join their batch."""
    slices, rows = admitted
    if slices:
        count_call(worker.stats.first_calls, sum(stop - start for _, start, stop in slices))
        try:
            rows = [*prefill(network, slices), *rows]
        except Exception as error:  # whatever went wrong is these requests' answer
            worker.failed += [(request, error) for request, _, _ in slices]
            worker.left[network] += sum(not request.is_short for request, _, _ in slices)
            worker.dropped += slices
            worker.count(network, short=0, long=0)
        else:
            worker.count_first_calls(network, slices)
            worker.done += [each for each in slices if each.request.is_short]
    if rows:
        if network not in worker.batches:
            worker.batches[network] = Batch(network, rows[0].request.spec)
            worker.turns.append(network)
        worker.batches[network].join(rows)


def _step(worker: WorkerState, network: OnnxNetwork) -> None:
    """One call of one batch, which then queues for its next turn."""
    batch = worker.batches[network]
    if batch.rows:
        before = batch.cell_steps
        try:
            count_call(worker.stats.steps, len(batch.rows))
            finished = batch.step()
        except Exception as error:  # as above
            worker.failed += [(row.request, error) for row in batch.rows]
            finished = batch.evict(lambda _: True)
            worker.dropped += finished
        else:
            worker.done += [RequestSlice(row.request, row.index, row.index + 1) for row in finished]
        worker.left[network] += len(finished)
        worker.count(network, short=0, long=batch.cell_steps - before)
        if batch.told:
            batch.tell(worker.counted_s)
    if batch.rows:
        worker.turns.append(network)
    else:
        del worker.batches[network]
