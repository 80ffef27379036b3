"""All metrics of a worker: what it counts itself, what its sources tell, and what the other workers told."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from service.metrics.catalogue import Series, add
from service.metrics.request_stats import RequestStats
from service.metrics.traffic import Traffic
from service.metrics.worker_files import WorkerFiles

PUBLISH_EVERY_S = 1.0

# Tells some series when it is asked.
Source = Callable[[], Series]


class Metrics:
    """Counts in plain numbers, and adds everything up when asked. Used from the event loop alone.

    With a folder it shares its series with the other workers: it writes them there once a second, and before every
    answer, so that no counter is ever seen to go back, whichever worker is asked.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.requests, self.traffic = RequestStats(), Traffic()
        self.sources: list[Source] = [self.requests.series, self.traffic.series]
        self._folder = folder
        self._files: WorkerFiles | None = None
        self._publishing: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to share, where there is a folder. Raises OSError where it can't be written to."""
        if self._folder is not None:
            self._files = WorkerFiles(self._folder)
            self._publishing = asyncio.create_task(self._publish())

    def stop(self) -> None:
        """Share what there is for the last time."""
        if self._publishing is not None and self._files is not None:
            self._publishing.cancel()
            self._files.publish(self._own())
            self._files.close()

    def series(self) -> Series:
        """The series of all workers."""
        if self._files is None:
            return self._own()
        series = self._files.publish(self._own())
        for each in self._files.others():
            add(series, each)
        return series

    def _own(self) -> Series:
        series: Series = {}
        for source in self.sources:
            add(series, source())
        return series

    async def _publish(self) -> None:
        while self._files is not None:
            self._files.publish(self._own())
            await asyncio.sleep(PUBLISH_EVERY_S)
