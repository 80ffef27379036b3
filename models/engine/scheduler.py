"""Who may begin next: the requests that wait, and a thread's fair share of them.

The rules, in the order in which they are applied:

1. Requests that the first call answers are never held up by rollouts, nor rollouts by these: each has a queue of its
   own, and a thread takes from both at every tick.
2. Threads share a model's rows only once each has enough of them: at least MIN_ROWS_PER_THREAD rows (of these short
   requests MIN_SHORT_ROWS_PER_THREAD), and at least MIN_FLOP_PER_CALL of arithmetic in a call. Below that, rows go to
   the thread that has the model's other rows.
3. A thread holds at most MAX_BATCH_ROWS rows of a model, and begins those of MAX_FLOP_PER_FIRST_CALL at a tick.
4. Requests are admitted row by row in turns, so that a thousand windows do not hold up one.
5. When rows wait and a thread has no room, its rows that have made MAX_STEPS_BEFORE_YIELD steps leave and queue again,
   so that ten thousand steps do not hold up ten.

Nothing here locks: the engine calls it under its own lock.
"""

from collections import Counter, deque
from collections.abc import Mapping
from typing import NamedTuple

from models.engine.backlog import Backlog
from models.engine.batch import Batch
from models.engine.request import RequestSlice, RolloutRequest, SequenceState
from models.graphs.onnx_network import OnnxNetwork

# docs/performance.md has the measurements. From 8 rows up a core runs LSTM(300) at the rate of its matrix product.
MIN_ROWS_PER_THREAD = 8
# As many as come in one turn of the event loop, which is as busy with them as a thread: two threads that shared 16 next
# values of LSTM(300) answered 0.8 times as many, as they waited for the interpreter's lock.
MIN_SHORT_ROWS_PER_THREAD = 16
# Calls that take less than about 0.1 ms spend more time on waiting for Python's interpreter lock than on arithmetic:
# two threads that shared 16 rows of LSTM(64) made 5.6 times the plain loop's rollouts, one thread 11.6 times.
MIN_FLOP_PER_CALL = 5_000_000
# A step of 128 rows of LSTM(300) takes 1 to 10 ms: more rows would make next values wait for longer, and gain nothing.
MAX_BATCH_ROWS = 128
# A first call runs a whole window for each of its rows. This is some 10 ms, and 17 rows of three LSTM(128) that see 144
# values: 128 rows of these took 25 % longer for each, as what they hold in between fits in no cache.
MAX_FLOP_PER_FIRST_CALL = 1_000_000_000
# Leaving and joining again takes 16 rows about 0.1 ms, a few steps of a small network: about 1 % of these steps.
MAX_STEPS_BEFORE_YIELD = 256


class Admitted(NamedTuple):
    """What a thread may begin for one model: rows of requests, and rows that go on after they had left a batch."""

    slices: list[RequestSlice]
    resumed: list[SequenceState]


class Scheduler:
    """The queues of one engine: requests that the first call answers (short), and everything longer."""

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._short: deque[RolloutRequest] = deque()
        self._long: deque[RolloutRequest | SequenceState] = deque()
        self.rolling: Counter[OnnxNetwork] = Counter()  # rows in batches, over all threads
        self.backlog = Backlog()

    def __bool__(self) -> bool:
        return bool(self._short or self._long)

    def put(self, request: RolloutRequest) -> None:
        """Queue a request."""
        length = request.spec.window if request.is_short else request.spec.step_length
        self.backlog.add(request, spreads=_rows_of_flop(request, length) <= MIN_ROWS_PER_THREAD)
        (self._short if request.is_short else self._long).append(request)

    def admit(self, batches: Mapping[OnnxNetwork, Batch], idle: int) -> dict[OnnxNetwork, Admitted]:
        """What a thread with these batches should begin now, while `idle` others have nothing to do."""
        admitted: dict[OnnxNetwork, Admitted] = {}
        if self._short:
            self._admit_short(admitted, idle)
        if self._long:
            self._admit_long(admitted, batches)
        return admitted

    def _admit_short(self, admitted: dict[OnnxNetwork, Admitted], idle: int) -> None:
        waiting: Counter[OnnxNetwork] = Counter()
        for request in self._short:
            waiting[request.network] += len(request.contexts) - request.started
        room: dict[OnnxNetwork, int] = {}
        for _ in range(len(self._short)):
            request = self._short.popleft()
            if request.cancelled:
                self._drop(request)
                continue
            network = request.network
            if network not in room:
                least = max(MIN_SHORT_ROWS_PER_THREAD, _rows_of_flop(request, request.spec.window))
                most = min(MAX_BATCH_ROWS, _rows_of_flop(request, request.spec.window, MAX_FLOP_PER_FIRST_CALL))
                room[network] = min(most, max(least, -(-waiting[network] // (1 + idle))))
            count = min(len(request.contexts) - request.started, room[network])
            if count:
                room[network] -= count
                self._start(admitted, request, count)
            if request.started < len(request.contexts):
                self._short.append(request)

    def _admit_long(self, admitted: dict[OnnxNetwork, Admitted], batches: Mapping[OnnxNetwork, Batch]) -> None:
        room = self._room(batches)
        passed = 0
        while passed < len(self._long):
            waiting = self._long.popleft()
            request = _request(waiting)
            if request.cancelled:
                self._drop(waiting)
                continue
            if room[request.network] <= 0:
                self._long.append(waiting)
                passed += 1
                continue
            passed = 0
            room[request.network] -= 1
            self.rolling[request.network] += 1
            if isinstance(waiting, SequenceState):
                _of(admitted, request.network).resumed.append(waiting)
                continue
            self._start(admitted, request, 1)
            if request.started < len(request.contexts):
                self._long.append(request)

    def _drop(self, waiting: RolloutRequest | SequenceState) -> None:
        """Forget what nobody waits for any more."""
        if isinstance(waiting, SequenceState):
            self.backlog.dropped(waiting.request, 1, waiting.done)
        else:
            self.backlog.dropped(waiting, len(waiting.contexts) - waiting.started)

    def _start(self, admitted: dict[OnnxNetwork, Admitted], request: RolloutRequest, count: int) -> None:
        """Admit a request's next rows."""
        rows = RequestSlice(request, request.started, request.started + count)
        _of(admitted, request.network).slices.append(rows)
        request.started += count

    def _room(self, batches: Mapping[OnnxNetwork, Batch]) -> dict[OnnxNetwork, int]:
        """How many more rows of each waiting model a thread should hold, after those that had to leave did."""
        waiting: Counter[OnnxNetwork] = Counter()
        any_of: dict[OnnxNetwork, RolloutRequest] = {}
        for each in self._long:
            request = _request(each)
            waiting[request.network] += 1 if isinstance(each, SequenceState) else len(each.contexts) - each.started
            any_of[request.network] = request
        room = {}
        for network, count in waiting.items():
            total, request = self.rolling[network] + count, any_of[network]
            fewest = _rows_of_flop(request, request.spec.window if request.spec.rollout == "window" else 1)
            most_begun = _rows_of_flop(request, request.spec.window, MAX_FLOP_PER_FIRST_CALL)
            batch = batches.get(network)
            held = len(batch.rows) if batch else 0
            if not held and self.rolling[network] and total <= min(MAX_BATCH_ROWS, fewest):
                room[network] = 0  # rule 2: the thread that has the others takes these before its next step
                continue
            share = max(fewest, -(-total // self._threads))
            room[network] = min(MAX_BATCH_ROWS - held, share - held, most_begun)
            if batch is not None and room[network] <= 0:
                yielding = batch.evict_after(MAX_STEPS_BEFORE_YIELD)  # rule 5
                self._long.extend(yielding)
                self.rolling[network] -= len(yielding)
                room[network] += len(yielding)
        return room


def _rows_of_flop(request: RolloutRequest, steps: int, flop: int = MIN_FLOP_PER_CALL) -> int:
    """How many rows of a model take so much arithmetic in a call of so many steps, and at least MIN_ROWS_PER_THREAD.

    By default how many a thread's call should have before another thread takes some (rule 2).
    """
    return max(MIN_ROWS_PER_THREAD, flop // (2 * request.network.weight_count * steps))


def _request(waiting: RolloutRequest | SequenceState) -> RolloutRequest:
    return waiting.request if isinstance(waiting, SequenceState) else waiting


def _of(admitted: dict[OnnxNetwork, Admitted], network: OnnxNetwork) -> Admitted:
    return admitted.setdefault(network, Admitted([], []))
