"""When to ask again, and how long to wait before: within a number of attempts and a time in all.

A forecast changes nothing in the service, so every request may be sent again.
"""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from rollcast.client.errors import ConnectionFailed

TOO_MANY, UNAVAILABLE = 429, 503
# After these the same may go well at once. A service that was too slow would only get more to do.
_BROKEN = (httpx.NetworkError, httpx.RemoteProtocolError, httpx.ConnectTimeout)


@dataclass(frozen=True)
class Retries:
    """How often to ask in all, and for how many seconds; `Retries(1)` asks once.

    Where the service says how long to wait it is done, else `backoff_s`, twice as long after every attempt.
    """

    attempts: int = 5
    total_s: float = 30.0
    backoff_s: float = 0.2

    def begin(self) -> "Attempts":
        """The attempts of one request."""
        return Attempts(self)


class Attempts:
    """The attempts of one request so far."""

    def __init__(self, retries: Retries, clock: Callable[[], float] = time.monotonic) -> None:
        self._retries, self._clock = retries, clock
        self._begun_s, self._made = clock(), 0

    def after_answer(self, response: httpx.Response) -> float | None:
        """How many seconds to wait before asking again; None where this is the answer, good or bad."""
        told_s = retry_after_s(response)
        if response.status_code == TOO_MANY or (response.status_code == UNAVAILABLE and told_s is not None):
            return self._pause_s(told_s)
        return None

    def after_error(self, error: httpx.TransportError) -> float:
        """How many seconds to wait before asking again. Raises ConnectionFailed where that would not help."""
        pause_s = self._pause_s(None) if isinstance(error, _BROKEN) else None
        if pause_s is not None:
            return pause_s
        tried = f" ({self._made} attempts)" if self._made > 1 else ""
        what = str(error) or type(error).__name__
        raise ConnectionFailed(f"no answer came from {_address(error)}{tried}: {what}") from error

    def _pause_s(self, told_s: float | None) -> float | None:
        self._made += 1
        retries = self._retries
        # Those who were turned away together should not come back together. There is nothing secret about it.
        spread = random.uniform(1.0, 1.25)  # noqa: S311  # nosec B311
        pause_s = spread * (retries.backoff_s * 2 ** (self._made - 1) if told_s is None else told_s)
        is_over = self._clock() - self._begun_s + pause_s > retries.total_s
        return None if is_over or self._made >= retries.attempts else pause_s


def retry_after_s(response: httpx.Response) -> float | None:
    """How many seconds an answer says to wait, which may be told as a date; None where it does not."""
    told = response.headers.get("retry-after", "").strip()
    if told.isdecimal():
        return float(told)
    try:
        at = parsedate_to_datetime(told)
    except ValueError:
        return None
    return max(0.0, (at.replace(tzinfo=at.tzinfo or UTC) - datetime.now(UTC)).total_seconds())


def _address(error: httpx.TransportError) -> str:
    try:
        url = error.request.url
    except RuntimeError:  # httpx knows none
        return "the service"
    return f"{url.scheme}://{url.netloc.decode()}"
