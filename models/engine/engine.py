"""Continuous batching: all requests for a model advance together, and none waits for another's end.

The idea is iteration-level scheduling, which Orca brought to language models (Yu et al., OSDI 2022). Each compute
thread turns in ticks. A tick takes what has arrived and runs its first call, one batched window call for each
model: next values are then done, longer requests join a batch. Then one batch makes one step, the models taking
turns. There are no timers: whatever has arrived goes into the next tick. An answer depends on what else was in its
batches only by float32 rounding, an ulp or two of each step's values.

Who owns what: a `Batch` and its rows belong to the compute thread that took them, until they are done or make
place. `Admission`, `Job.taken`, `Job.left` and `Job.cancelled` change only under the engine's lock.
`Job.predictions` is written by the threads that hold the job's rows, each its own places, and read by others only
after `deliver`.
"""

import threading
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from models.engine.batch import Batch, RolloutRequest, Row
from models.engine.scheduler import Admitted, RequestSlice, Scheduler
from models.inference.onnx_network import OnnxNetwork
from models.inference.step_inputs import window_inputs

PEER_WAIT_S = 0.001


@dataclass
class _Hand:
    """What one compute thread holds, and what its present tick has brought about."""

    batches: dict[OnnxNetwork, Batch] = field(default_factory=dict)
    turns: deque[OnnxNetwork] = field(default_factory=deque)
    sweeps: int = 0
    done: list[RequestSlice] = field(default_factory=list)
    failed: list[tuple[RolloutRequest, Exception]] = field(default_factory=list)
    gone: Counter[OnnxNetwork] = field(default_factory=Counter)


class Engine:
    """Compute threads, the requests that wait for them, and the rows that they roll out.

    `deliver` gets each job once, on a compute thread, when it is done or has failed; never a cancelled one.
    """

    def __init__(self, threads: int, deliver: Callable[[Sequence[RolloutRequest]], None]) -> None:
        self._deliver = deliver
        self._lock = threading.Condition()
        self._admission = Scheduler(threads)
        self._idle = 0
        self._sweeps = 0  # goes up when rows must leave their batches
        self._stopping = False
        self._threads = [threading.Thread(target=self._work, name=f"compute-{n}", daemon=True) for n in range(threads)]
        for thread in self._threads:
            thread.start()

    def submit(self, job: RolloutRequest) -> None:
        """Queue a job. From any thread."""
        with self._lock:
            self._admission.put(job)
            self._lock.notify()

    def cancel(self, job: RolloutRequest) -> None:
        """Give a job up; its rows leave at the next tick. From any thread."""
        with self._lock:
            job.cancelled = True
            self._sweeps += 1

    def stop(self) -> None:
        """End the threads after their present ticks; jobs under way are not delivered."""
        with self._lock:
            self._stopping = True
            self._lock.notify_all()
        for thread in self._threads:
            thread.join()

    def rows(self) -> int:
        """How many rows are rolling out at the moment."""
        with self._lock:
            return self._admission.rolling.total()

    def _work(self) -> None:
        hand = _Hand()
        while True:
            with self._lock:
                while not (hand.batches or self._admission or self._stopping):
                    self._idle += 1
                    self._lock.wait()
                    self._idle -= 1
                if self._stopping:
                    return
                taken = self._admission.take(hand.batches, self._idle)
                if not (taken or hand.batches):
                    self._lock.wait(PEER_WAIT_S)  # what waits is for a thread that is at work on the same model
                if self._idle and self._admission:
                    self._lock.notify()  # there is more than this thread's share
                swept, hand.sweeps = hand.sweeps != self._sweeps, self._sweeps
            if swept:
                for network, batch in hand.batches.items():
                    hand.gone[network] += len(batch.part(lambda row: row.job.cancelled))
            for network, its in taken.items():
                _begin(hand, network, its)
            if hand.turns:
                _step(hand, hand.turns.popleft(), lambda: self._quiet(hand))
            if hand.done or hand.failed or hand.gone:
                self._settle(hand)

    def _quiet(self, hand: _Hand) -> bool:
        """Whether a thread may go on with its one batch: nobody waits, for a beginning or for an answer.

        Read without the lock, as it is read again before the next step.
        """
        waiting = self._admission or self._stopping or self._sweeps != hand.sweeps
        return not (waiting or hand.turns or hand.done or hand.failed)

    def _settle(self, hand: _Hand) -> None:
        """Count what a tick has finished, and deliver the jobs that are whole."""
        delivered = []
        with self._lock:
            self._admission.rolling -= hand.gone
            for job, error in hand.failed:
                if not job.cancelled:
                    job.error, job.cancelled = error, True
                    self._sweeps += 1
                    delivered.append(job)
            for piece in hand.done:
                piece.job.left -= piece.stop - piece.start
                if not piece.job.left and not piece.job.cancelled:
                    delivered.append(piece.job)
        hand.done, hand.failed, hand.gone = [], [], Counter()
        if delivered:
            self._deliver(delivered)


def _begin(hand: _Hand, network: OnnxNetwork, taken: Admitted) -> None:
    """The first call of what was taken; the rows that have further to go join their batch."""
    rows = taken.resumed
    if taken.pieces:
        try:
            rows = [*_first_call(network, taken.pieces), *rows]
        except Exception as error:  # whatever went wrong is these requests' answer
            hand.failed += [(piece.job, error) for piece in taken.pieces]
            hand.gone[network] += sum(not piece.job.short for piece in taken.pieces)
        else:
            hand.done += [piece for piece in taken.pieces if piece.job.short]
    if rows:
        if network not in hand.batches:
            hand.batches[network] = Batch(network, rows[0].job.spec)
            hand.turns.append(network)
        hand.batches[network].join(rows)


def _step(hand: _Hand, network: OnnxNetwork, quiet: Callable[[], bool]) -> None:
    """One step of one batch, and more where nothing else is to be done; it then queues for its next turn."""
    batch = hand.batches[network]
    if batch.rows:
        try:
            finished = batch.step()
            while not finished and quiet():
                finished = batch.step()
        except Exception as error:  # as above
            hand.failed += [(row.job, error) for row in batch.rows]
            finished = batch.part(lambda _: True)
        else:
            hand.done += [RequestSlice(row.job, row.place, row.place + 1) for row in finished]
        hand.gone[network] += len(finished)
    if batch.rows:
        hand.turns.append(network)
    else:
        del hand.batches[network]


def _first_call(network: OnnxNetwork, pieces: Sequence[RequestSlice]) -> list[Row]:
    """Run the windows of some rows from zero states; the answer is the rows that have further to go."""
    spec = pieces[0].job.spec
    contexts = np.concatenate([piece.job.contexts[piece.start : piece.stop] for piece in pieces])
    known = [
        piece.job.calendar[piece.start : piece.stop, : spec.window]
        for piece in pieces
        if piece.job.calendar is not None
    ]
    output, states = network(window_inputs(spec, contexts, np.concatenate(known) if known else None))
    blocks = output.reshape(len(output), spec.outputs, -1)
    rows = []
    first = 0
    for job, start, stop in pieces:
        job.predictions[start:stop, : spec.outputs] = blocks[first : first + stop - start, : job.horizon]
        if not job.short:
            for place, index in enumerate(range(first, first + stop - start), start=start):
                tape = np.concatenate([contexts[index], blocks[index]])[-contexts.shape[1] :]
                rows.append(Row(job, place, spec.outputs, tape, tuple(state[0, index] for state in states)))
        first += stop - start
    return rows
