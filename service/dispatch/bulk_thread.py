"""Large bodies and large answers: one after another, in a thread, and not without end."""

import gc
import time
from collections.abc import Callable
from typing import TypeVar, cast

import anyio

T = TypeVar("T")

MAX_WAITING_BYTES = 64 << 20  # bodies that wait here are held in memory
MEMORY_JOBS = 8  # a job's duration is averaged over about so many


class BulkThread:
    """Runs what would hold up the event loop, one job at a time.

    Parsing and encoding hold the interpreter's lock, so that two jobs at once would take as long, and keep the event
    loop waiting for twice as long. Other threads (opening models) are not kept busy by it. `refuse` gets the seconds
    that a body would wait, and whether it must be refused for its size; it raises where that is too long.
    """

    def __init__(self, refuse: Callable[[float, bool], None]) -> None:
        self._one = anyio.CapacityLimiter(1)
        self._refuse = refuse
        self._waiting_bytes = 0
        self._job_s = 0.0

    def __len__(self) -> int:
        return self._one.statistics().tasks_waiting

    def wait_s(self) -> float:
        """How long a job that comes now would wait."""
        return self._job_s * len(self)

    async def run(self, job: Callable[[], T]) -> T:
        """The job's result, or what it raises."""
        failed: list[Exception] = []

        def timed() -> T | None:
            begun, collects = time.perf_counter(), gc.isenabled()
            gc.disable()  # tens of thousands of lists, none of them garbage: walking them takes as long as making them
            try:
                return job()
            except Exception as error:
                failed.append(error)
                return None
            finally:
                if collects:
                    gc.enable()
                self._job_s += (time.perf_counter() - begun - self._job_s) / MEMORY_JOBS

        result = await anyio.to_thread.run_sync(timed, limiter=self._one)
        if failed:
            # Raised in the thread, it and the frames that it went through would refer to each other, and keep a body in
            # memory until the next search for garbage.
            raise failed.pop()
        return cast(T, result)

    async def run_on(self, body: bytes, job: Callable[[bytes], T]) -> T:
        """The same with a body that has just come, which is refused where too much waits already."""
        self._refuse(self.wait_s(), self._waiting_bytes > 0 and self._waiting_bytes + len(body) > MAX_WAITING_BYTES)
        self._waiting_bytes += len(body)
        try:
            return await self.run(lambda: job(body))
        finally:
            self._waiting_bytes -= len(body)
