"""The way into the event loop's work: so many requests at each of its turns, and the others in a queue."""

import asyncio
import time
from collections import deque
from collections.abc import Callable

# Each takes the loop 0.05 to 0.2 ms to let in and as long to answer, so that a turn takes a few milliseconds: what goes
# past the turnstile (health) waits for some of them. With 64 a turn its p99 beside 640 clients is three times as long,
# and no more is answered; with fewer, batches of next values get small, and they cost more.
PER_TURN = 16
MEMORY_TURNS = 16  # a turn's duration is averaged over about so many


class Turnstile:
    """Lets PER_TURN requests a turn of the loop pass; the others wait, first come, first served.

    Sockets are read much faster than requests are answered: without a queue of their own, all that came at once would
    be one long turn. `refuse` gets the seconds that a request would wait, and raises where that is too long. Used from
    the event loop alone.
    """

    def __init__(self, refuse: Callable[[float], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._refuse = refuse
        self._queue: deque[asyncio.Future[None]] = deque()
        self._passed = 0  # in this turn
        self._turn_s = 0.0
        self._turned_s = 0.0

    def passes(self) -> bool:
        """Whether a request may pass at once; if not, it must `wait`."""
        if self._queue or self._passed >= PER_TURN:
            return False
        if self._passed == 0:
            self._loop.call_soon(self._next_turn)
        self._passed += 1
        return True

    async def wait(self) -> None:
        """Wait for one's turn. Raises what `refuse` raises."""
        self._refuse(self.wait_s())
        turn = self._loop.create_future()
        self._queue.append(turn)
        await turn

    def wait_s(self) -> float:
        """How long a request that comes now would wait."""
        return self._turn_s * len(self._queue) / PER_TURN

    def __len__(self) -> int:
        return len(self._queue)

    def _next_turn(self) -> None:
        if self._queue:
            now = time.perf_counter()
            if self._passed >= PER_TURN and self._turned_s:
                self._turn_s += (now - self._turned_s - self._turn_s) / MEMORY_TURNS
            self._turned_s = now
        else:
            self._turned_s = 0.0
        self._passed = 0
        while self._queue and self._passed < PER_TURN:
            turn = self._queue.popleft()
            if not turn.done():  # it is, where its request was given up
                turn.set_result(None)
                self._passed += 1
        if self._passed:
            self._loop.call_soon(self._next_turn)
