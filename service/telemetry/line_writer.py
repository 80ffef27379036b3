"""Lines that are made and written by a thread of their own: neither the work nor a slow reader holds up a request."""

import threading
from collections import deque
from collections.abc import Callable
from typing import Generic, TextIO, TypeVar

MAX_LINES = 10_000
GATHER_S = 0.05  # for which lines are gathered: many made at once cost a third of as many made one by one

T = TypeVar("T")


class LineWriter(Generic[T]):
    """Writes a line for each thing soon, in their order; those beyond MAX_LINES that wait are dropped and counted."""

    def __init__(self, stream: TextIO, line_of: Callable[[T], str]) -> None:
        """`line_of` makes a line, without a line break at its end; called in the thread alone."""
        self._stream, self._line_of = stream, line_of
        self._waiting: deque[T] = deque()
        self._some, self._stopped = threading.Event(), threading.Event()
        self.dropped = 0
        self._thread = threading.Thread(target=self._work, name="access-log", daemon=True)
        self._thread.start()

    def write(self, thing: T) -> None:
        """Leave the line of something to the thread. From the event loop alone."""
        if len(self._waiting) >= MAX_LINES:
            self.dropped += 1
            return
        self._waiting.append(thing)
        if not self._some.is_set():
            self._some.set()

    def stop(self) -> None:
        """Write what waits, for at most a moment, and end."""
        self._stopped.set()
        self._some.set()
        self._thread.join(timeout=1)

    def _work(self) -> None:
        while True:
            self._some.wait()
            self._stopped.wait(GATHER_S)
            self._some.clear()
            count = len(self._waiting)
            if count:
                text = "".join([self._line_of(self._waiting.popleft()) + "\n" for _ in range(count)])
                try:
                    self._stream.write(text)
                    self._stream.flush()
                except (OSError, ValueError):  # the reader has gone, or the stream is closed
                    self.dropped += count
            if self._stopped.is_set() and not self._waiting:
                return
