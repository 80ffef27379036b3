"""Requests counted as they end: how long they took, how many are under way, why some were turned away."""

from bisect import bisect_left
from collections import Counter

from service.metrics.catalogue import DURATION_BUCKETS, Series, Value

# Route, method and status, each of a known few.
Outcome = tuple[str, str, str]


class RequestStats:
    """Plain numbers, written by the event loop alone: a request must not wait for being counted."""

    def __init__(self) -> None:
        self.active = 0
        self.rejected: Counter[str] = Counter()
        self._durations: dict[Outcome, list[float]] = {}

    def ended(self, outcome: Outcome, seconds: float) -> None:
        """Count a request that has ended."""
        histogram = self._durations.get(outcome)
        if histogram is None:
            histogram = self._durations[outcome] = [0.0] * (len(DURATION_BUCKETS) + 2)
        histogram[bisect_left(DURATION_BUCKETS, seconds)] += 1
        histogram[-1] += seconds

    def series(self) -> Series:
        """What was counted so far."""
        durations: dict[tuple[str, ...], Value] = {outcome: list(each) for outcome, each in self._durations.items()}
        return {
            "http_server_request_duration_seconds": durations,
            "http_server_active_requests": {(): float(self.active)},
            "rollcast_requests_rejected_total": {(reason,): float(n) for reason, n in self.rejected.items()},
        }
