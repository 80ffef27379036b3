"""Opening versions on threads of their own: each once, however many wait, and a slow one holds up little else."""

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future

from service.lifecycle.leaving import OPENING
from service.lifecycle.snapshot import Key, LoadedModel

THREADS = 2  # one opening that takes its time leaves a thread for all others


class Openings:
    """Versions that are being opened, in the order in which they were asked for.

    The threads are daemons that nobody joins, so that an opening that never ends keeps no process from ending; they
    live while there is something to open. Safe to call from many threads.
    """

    def __init__(self, open_version: Callable[[Key], LoadedModel]) -> None:
        self._open_version = open_version
        self._lock = threading.Lock()
        self._under_way: dict[Key, Future[LoadedModel]] = {}
        self._queue: deque[Key] = deque()
        self._threads = 0

    def __len__(self) -> int:
        return len(self._under_way)

    def open(self, key: Key) -> Future[LoadedModel]:
        """Open a version, or join the opening that is under way. Who waits can't cancel it, as others may wait too."""
        with self._lock:
            if key in self._under_way:
                return self._under_way[key]
            future = self._under_way[key] = Future()
            future.set_running_or_notify_cancel()
            self._queue.append(key)
            if self._threads < THREADS:
                self._threads += 1
                threading.Thread(target=self._work, name=OPENING, daemon=True).start()
            return future

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._queue:
                    self._threads -= 1
                    return
                key = self._queue.popleft()
                future = self._under_way[key]
            try:
                outcome: LoadedModel | BaseException = self._open_version(key)
            except BaseException as error:  # whatever it is, the thread lives on and those who wait are told
                outcome = error
            with self._lock:
                del self._under_way[key]
            if isinstance(outcome, BaseException):
                future.set_exception(outcome)
            else:
                future.set_result(outcome)
