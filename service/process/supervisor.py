"""Several workers on the same sockets: started, watched, replaced when one dies, and ended together."""

import logging
import os
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Sequence
from multiprocessing import connection, forkserver
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext, SpawnContext
from types import FrameType

import uvicorn

from models.errors import RollcastError
from service.process.garbage import search_nothing
from service.process.listeners import let_none_begin, tell
from service.settings import Settings

TURN_S = 0.05
FROZEN_S = 30.0  # a worker whose event loop has not turned for so long is killed
LONGEST_PAUSE_S = 30.0  # between two starts of a worker that does not come up
LAST_S = 5.0  # beyond the grace time, before a worker that does not end is killed


Context = ForkServerContext | SpawnContext

log = logging.getLogger("rollcast")


class Slot:
    """A worker's place: the process that holds it, and how its starts have gone."""

    def __init__(
        self, context: Context, config: uvicorn.Config, settings: Settings, listeners: Sequence[socket.socket]
    ) -> None:
        self._context = context
        self._arguments = (config, settings, listeners)
        self.failures = 0  # starts in a row that did not come up
        self.start()

    def start(self) -> None:
        """Start a process."""
        self.heard_s: float | None = None  # when it last said that its event loop turns; None until it serves
        self._ear, mouth = self._context.Pipe(duplex=False)
        self.process = self._context.Process(target=_work, args=(*self._arguments, mouth))
        self.process.start()
        mouth.close()

    def listen(self) -> None:
        """Take what the process has said."""
        try:
            while self._ear.poll():
                self._ear.recv_bytes()
                self.heard_s, self.failures = time.monotonic(), 0
        except (EOFError, OSError):
            return  # it is dead, which its sentinel tells as well

    def send(self, sig: signal.Signals) -> None:
        """Send it a signal, if it is there."""
        if self.process.pid is not None and self.process.is_alive():
            os.kill(self.process.pid, sig)

    def bury(self) -> None:
        """Take leave of a process that is dead."""
        self.process.join()
        self._ear.close()
        if self.heard_s is None:
            self.failures += 1

    @property
    def pause_s(self) -> float:
        """How long to wait before the next start: not at all, unless one did not come up."""
        return min(LONGEST_PAUSE_S, 0.5 * 2**self.failures) if self.failures else 0.0


class Supervisor:
    """Keeps so many workers as the settings say until it is told to stop."""

    def __init__(self, config: uvicorn.Config, settings: Settings, listeners: Sequence[socket.socket]) -> None:
        self._settings = settings
        self._listeners = listeners
        self._stops = 0
        self._hang_ups = 0
        self._config = config

    def run(self) -> None:
        """Supervise until SIGTERM or SIGINT. Raises RollcastError where no worker comes up to begin with."""
        context = _context()
        for sig in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sig, self._stop)
        signal.signal(signal.SIGHUP, self._hang_up)
        slots = [Slot(context, self._config, self._settings, self._listeners) for _ in range(self._settings.workers)]
        due: dict[Slot, float] = {}
        served = False
        try:
            while not self._stops:
                connection.wait([slot.process.sentinel for slot in slots if slot not in due], TURN_S)
                self._pass_on_hang_ups(slots)
                for slot in slots:
                    self._look_after(slot, due)
                if not served and any(slot.heard_s is not None for slot in slots):
                    served = True
                    tell(self._listeners, tls=self._config.is_ssl)
                if not served and len(due) == len(slots):
                    raise RollcastError("no worker came up; the log above says why")
        finally:
            self._end(slots)

    def _look_after(self, slot: Slot, due: dict[Slot, float]) -> None:
        now_s = time.monotonic()
        if slot in due:
            if now_s >= due[slot]:
                del due[slot]
                slot.start()
            return
        slot.listen()
        if slot.heard_s is not None and now_s - slot.heard_s > FROZEN_S:
            log.error("worker %s does not answer and is killed", slot.process.pid)
            slot.process.kill()
            slot.heard_s = now_s
        if not slot.process.is_alive():
            slot.bury()
            log.error("worker %s has died (%s) and is replaced", slot.process.pid, slot.process.exitcode)
            due[slot] = now_s + slot.pause_s

    def _pass_on_hang_ups(self, slots: Sequence[Slot]) -> None:
        if self._hang_ups:
            self._hang_ups = 0
            for slot in slots:
                slot.send(signal.SIGHUP)

    def _end(self, slots: Sequence[Slot]) -> None:
        """Stop the workers, and wait for them; a second signal kills them."""
        let_none_begin(self._listeners)
        for slot in slots:
            slot.send(signal.SIGTERM)
        end_s = time.monotonic() + self._settings.shutdown_timeout_s + LAST_S
        while any(slot.process.is_alive() for slot in slots):
            if self._stops > 1 or time.monotonic() > end_s:
                for slot in slots:
                    slot.send(signal.SIGKILL)
            time.sleep(TURN_S)

    def _stop(self, _: int, __: FrameType | None) -> None:
        self._stops += 1

    def _hang_up(self, _: int, __: FrameType | None) -> None:
        self._hang_ups += 1


def _context() -> Context:
    """How workers are started.

    On Linux they are forked from one process that has loaded what they need, so that a new one is there at once. That
    process starts no thread and no event loop, and needs a temporary folder. A process keeps which signals are ignored:
    so a terminal's don't end it, nor a worker that can't look after itself yet. Elsewhere system libraries don't bear
    a fork.
    """
    if sys.platform != "linux":
        return SpawnContext()
    try:
        tempfile.gettempdir()
    except FileNotFoundError:
        return SpawnContext()
    context = ForkServerContext()
    context.set_forkserver_preload(["service.process.worker", "service.app", "uvloop", "httptools"])
    ignored = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)
    before = {sig: signal.signal(sig, signal.SIG_IGN) for sig in ignored}
    try:
        forkserver.ensure_running()
    finally:
        for sig, handler in before.items():
            signal.signal(sig, handler)
    return context


def _work(config: uvicorn.Config, settings: Settings, listeners: Sequence[socket.socket], mouth: Connection) -> None:
    """What a worker's process does."""
    for sig, handler in ((signal.SIGTERM, signal.SIG_DFL), (signal.SIGHUP, signal.SIG_IGN)):
        signal.signal(sig, handler)
    search_nothing()
    from service.process.worker import Worker  # the app's libraries, which the supervisor does not need

    def alive() -> bool:
        try:
            mouth.send_bytes(b".")
        except OSError:
            return False
        return True

    config.configure_logging()
    Worker(config, settings, listeners, alive).run()
