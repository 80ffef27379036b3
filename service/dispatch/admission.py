"""Whether a request is let in: by how long what is before it takes, not by how much it asks for itself."""

import logging
import math
import time
from collections import Counter
from typing import Literal, NamedTuple

from models.errors import Overloaded
from service.dispatch.bulk_thread import BulkThread
from service.dispatch.dispatcher import Dispatcher
from service.dispatch.turnstile import Turnstile

log = logging.getLogger("rollcast")

WARN_EVERY_S = 10.0

# Four queues, each refused by its own: the event loop, the thread for large bodies, and the engine's two.
Queue = Literal["loop", "bulk", "short", "long"]


class QueueLoad(NamedTuple):
    """What waits in a queue: how long it takes, and how much it is (requests; cell steps in the engine's queues)."""

    wait_s: float
    size: int


class Admission:
    """The bounded queues of the service, each as long as takes `bound_s`; an empty one takes any request.

    Next values never wait behind rollouts in the engine, so they are not refused because of these. `rejected` counts
    refusals by queue. Used from the event loop alone.
    """

    def __init__(self, bound_s: float, dispatcher: Dispatcher) -> None:
        self._bound_s, self._dispatcher = bound_s, dispatcher
        self.turnstile = Turnstile(lambda wait_s: self._check("loop", wait_s))
        self.bulk = BulkThread(lambda wait_s, full: self._check("bulk", wait_s, full=full))
        self.rejected: Counter[Queue] = Counter()
        self._warned_s = -math.inf

    def check_engine(self, *, short: bool) -> None:
        """Raise Overloaded where too much work waits: that of next values, or that of rollouts."""
        self._check("short" if short else "long", self._dispatcher.wait_s(short=short))

    def load(self) -> dict[Queue, QueueLoad]:
        """What waits in each queue now."""
        dispatcher = self._dispatcher
        return {
            "loop": QueueLoad(self.turnstile.wait_s(), len(self.turnstile)),
            "bulk": QueueLoad(self.bulk.wait_s(), len(self.bulk)),
            "short": QueueLoad(dispatcher.wait_s(short=True), dispatcher.cell_steps(short=True)),
            "long": QueueLoad(dispatcher.wait_s(short=False), dispatcher.cell_steps(short=False)),
        }

    def _check(self, queue: Queue, wait_s: float, *, full: bool = False) -> None:
        if wait_s <= self._bound_s and not full:
            return
        self.rejected[queue] += 1
        retry_after_s = max(1, math.ceil(wait_s))
        now = time.monotonic()
        if now - self._warned_s > WARN_EVERY_S:
            self._warned_s = now
            log.warning("overloaded: requests are refused; %s in all, %.1f s of work wait", dict(self.rejected), wait_s)
        raise Overloaded(
            f"too much waits to be answered already, about {wait_s:.1f} s of work; ask again in {retry_after_s} s",
            retry_after_s,
        )
