"""Lines that are written by a thread of their own, so that a slow reader of the log holds up no request."""

import threading
from collections import deque
from typing import TextIO

MAX_LINES = 10_000
GATHER_S = 0.05  # for which lines are gathered: one write for many of them


class LineWriter:
    """Writes lines soon, in their order; those beyond MAX_LINES that wait are dropped and counted."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lines: deque[str] = deque()
        self._some, self._stopped = threading.Event(), threading.Event()
        self.dropped = 0
        self._thread = threading.Thread(target=self._work, name="access-log", daemon=True)
        self._thread.start()

    def write(self, line: str) -> None:
        """Leave a line, which ends without a line break, to the thread. From the event loop alone."""
        if len(self._lines) >= MAX_LINES:
            self.dropped += 1
            return
        self._lines.append(line)
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
            count = len(self._lines)
            if count:
                text = "\n".join(self._lines.popleft() for _ in range(count)) + "\n"
                try:
                    self._stream.write(text)
                    self._stream.flush()
                except (OSError, ValueError):  # the reader has gone, or the stream is closed
                    self.dropped += count
            if self._stopped.is_set() and not self._lines:
                return
