"""Reading from the registry on threads of their own: each thing once, however many wait; a slow one holds up little."""

import threading
from collections import deque
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Generic, TypeVar

from service.lifecycle.leaving import OPENING

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

THREADS = 2  # one opening that takes its time leaves a thread for all others


class Openings(Generic[K, V]):
    """Versions that are being opened, or folders that are looked into, in the order in which they were asked for.

    The threads are daemons that nobody joins, so that an opening that never ends keeps no process from ending; they
    live while there is something to open. Safe to call from many threads.
    """

    def __init__(self, open_one: Callable[[K], V]) -> None:
        self._open_one = open_one
        self._lock = threading.Lock()
        self._under_way: dict[K, Future[V]] = {}
        self._queue: deque[K] = deque()
        self._threads = 0

    def __len__(self) -> int:
        return len(self._under_way)

    def under_way(self) -> list[K]:
        """What is being opened now."""
        with self._lock:
            return list(self._under_way)

    def open(self, key: K) -> Future[V]:
        """Open one, or join the opening that is under way. Who waits can't cancel it, as others may wait too."""
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
                outcome: V | BaseException = self._open_one(key)
            except BaseException as error:  # whatever it is, the thread lives on and those who wait are told
                outcome = error
            with self._lock:
                del self._under_way[key]
            if isinstance(outcome, BaseException):
                future.set_exception(outcome)
            else:
                future.set_result(outcome)
