"""How often the network was called, and with how many rows: plain counts, for whoever watches the engine."""

from collections.abc import Iterable
from dataclasses import dataclass, field

# Calls of 1, 2, up to 4, up to 8 … up to 128 rows, and of more; then the sum of all rows.
BUCKETS = 9


def _empty() -> list[int]:
    return [0] * (BUCKETS + 1)


@dataclass
class CallStats:
    """Counts of one thread. Others may read them meanwhile, and see a count a moment earlier than its sum."""

    ticks: int = 0
    first_calls: list[int] = field(default_factory=_empty)
    steps: list[int] = field(default_factory=_empty)

    @classmethod
    def total(cls, parts: Iterable["CallStats"]) -> "CallStats":
        """The counts of several threads together."""
        total = cls()
        for part in parts:
            total.ticks += part.ticks
            total.first_calls = [sum(pair) for pair in zip(total.first_calls, part.first_calls, strict=True)]
            total.steps = [sum(pair) for pair in zip(total.steps, part.steps, strict=True)]
        return total


def count_call(counts: list[int], rows: int) -> None:
    """Count a call with so many rows."""
    counts[min((rows - 1).bit_length(), BUCKETS - 1)] += 1
    counts[-1] += rows
