"""Watching the registry: what was published, promoted, mended or removed is served without a restart."""

import logging
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

from models.errors import RegistryError
from models.registry.change_token import read_change_token
from service.lifecycle.model_store import ModelStore

log = logging.getLogger("rollcast")

FULL_LOOK_S = 60.0  # between looks at every name, for folders that were copied in
# Refused versions that each full look tries again though their files are the same: whatever was wrong may have passed.
RETRIES = 16


class RegistryWatcher:
    """Looks at the registry every `poll_s` seconds (0: never), and at once when it is woken.

    A look reads the change token and looks into the folders of the names that are open. All names are listed when the
    token is another one, every FULL_LOOK_S, and when the watcher is woken; what was known of names of which nothing is
    open is then forgotten, and looked up when it is asked for. It has a thread of its own, which nobody joins: a
    storage that does not answer holds up nothing else.
    """

    def __init__(self, store: ModelStore, poll_s: float) -> None:
        self._store, self._poll_s = store, poll_s
        self._token: object = object()  # none that was read, so that the first look is a full one
        self._called, self._stopped = threading.Event(), False

    def start(self) -> None:
        """Begin to watch."""
        threading.Thread(target=self._run, name="registry-watcher", daemon=True).start()

    def wake(self) -> None:
        """Look at everything now. From any thread, and from signal handlers of an event loop."""
        self._called.set()

    def stop(self) -> None:
        """End the thread, after its present look."""
        self._stopped = True
        self._called.set()

    def look(self, *, full: bool = False) -> None:
        """Look once, and let the store take over what was found."""
        store, registry = self._store, self._store.registry
        try:
            token = read_change_token(registry.storage)  # before the listing: what changes meanwhile is seen next time
            if full or token != self._token or not self._look_at_open_names():
                self._look_at_names()
                self._token = token
        except RegistryError as error:
            store.set_registry_problem(str(error))
        else:
            store.set_registry_problem(None)
            store.try_refused_again(oldest=RETRIES if full else 0)

    def _look_at_names(self) -> None:
        """Take over which names there are, and what the open ones hold and, while there is room to open them, new ones.

        Raises RegistryError where they can't be listed, or all are gone.
        """
        store, before = self._store, self._store.snapshot
        names = store.registry.names()
        new = islice((name for name in names if name not in before.names), store.room)
        entries = store.registry.entries(sorted(before.watched.intersection(names).union(new)))
        if before.names and all(name in entries and entries[name].is_empty for name in names):
            raise RegistryError("it is empty or not there, which it was not before; is it mounted?")
        store.update(names, entries)

    def _look_at_open_names(self) -> bool:
        """Take over what the open names hold now; False where one is gone, as all may be."""
        now = self._store.snapshot
        entries = self._store.registry.entries(sorted(now.watched))
        if any(entry.is_empty for entry in entries.values()):
            return False
        if any(entry != now.listing[name] for name, entry in entries.items()):
            self._store.add(entries, self._store.room)
        return True

    def _run(self) -> None:
        next_full = time.monotonic() + FULL_LOOK_S
        while True:
            called = self._called.wait(self._poll_s or None)
            self._called.clear()
            if self._stopped:
                return
            full = called or time.monotonic() >= next_full
            if full:
                next_full = time.monotonic() + FULL_LOOK_S
            try:
                self.look(full=full)
            except Exception:  # the thread must live on, whatever a storage comes up with
                log.exception("looking at the registry failed; it is looked at again in a moment")


@contextmanager
def on_hangup(loop: Any, call: Callable[[], None]) -> Iterator[None]:
    """Call a function on SIGHUP while an event loop runs; only a process's main thread can have signals."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGHUP)
    loop.add_signal_handler(signal.SIGHUP, call)
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGHUP)
        signal.signal(signal.SIGHUP, before)
