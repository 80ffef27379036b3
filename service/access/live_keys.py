"""The API keys as their file has them now: it is looked at again while the service runs."""

import logging
import time
from collections.abc import Callable
from pathlib import Path

from service.access.api_keys import ApiKey, digest
from service.access.key_file import KeyFileError, Stamp, read_keys

CHECK_EVERY_S = 1.0

log = logging.getLogger("rollcast")


class LiveKeys:
    """The keys of a file, at most a second old whenever they are asked for.

    A file that can't be read, or holds no keys, stops the start. While the service runs it is only told in the log, and
    the keys of before stay: an editor's half-saved file must lock nobody out. For one thread, that of the event loop.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.monotonic) -> None:
        """Read the file. Raises KeyFileError."""
        self._path, self._clock = path, clock
        self._seen: Stamp | None
        self._seen, keys = read_keys(path)
        self._by_digest = keys.by_digest()
        self._look_again_at = clock() + CHECK_EVERY_S
        self._problem: str | None = None

    def find(self, secret: bytes) -> ApiKey | None:
        """The key that a secret belongs to, expired or not; None where there is none."""
        now = self._clock()
        if now >= self._look_again_at:
            self._look_again_at = now + CHECK_EVERY_S
            self._look_again()
        return self._by_digest.get(digest(secret))

    def _look_again(self) -> None:
        try:
            stamp: Stamp | None = Stamp.of(self._path.stat())
        except OSError:
            stamp = None
        if stamp is not None and stamp == self._seen:
            return
        try:
            self._seen, keys = read_keys(self._path)
        except KeyFileError as error:
            self._seen = stamp
            if str(error) != self._problem:  # once, not every second
                log.error("%s; the API keys of before stay in force", error)
            self._problem = str(error)
        else:
            self._by_digest, self._problem = keys.by_digest(), None
            log.info("read %d API keys anew from %s", len(self._by_digest), self._path)
