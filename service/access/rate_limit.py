"""How often each API key may ask: token buckets."""

import math
import time
from collections.abc import Callable


class RateLimit:
    """A bucket for each name: it holds what a second brings, at least one request, and fills up evenly."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._buckets: dict[str, tuple[float, float]] = {}  # requests left, as of when

    def take(self, name: str, rate_per_s: float) -> int:
        """Take one request out of a name's bucket: 0, or after how many whole seconds to ask again."""
        now = self._clock()
        most = max(1.0, rate_per_s)
        left, since = self._buckets.get(name, (most, now))
        left = min(most, left + (now - since) * rate_per_s)
        if left < 1:
            return max(1, math.ceil((1 - left) / rate_per_s))
        self._buckets[name] = (left - 1, now)
        return 0
