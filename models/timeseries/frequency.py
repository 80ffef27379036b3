"""The time between a series' values: reading and writing it as a short text such as 30m or 1mo."""

import re
from functools import lru_cache
from typing import NamedTuple

MONTHS = {"mo": 1, "q": 3, "y": 12}
MICROSECONDS = {
    "us": 1,
    "ms": 1_000,
    "s": 1_000_000,
    "m": 60_000_000,
    "h": 3_600_000_000,
    "d": 86_400_000_000,
    "w": 604_800_000_000,
}
_PART = re.compile(rf"([0-9]{{1,9}})({'|'.join([*MONTHS, *MICROSECONDS])})(?![a-z])", re.ASCII)
_MAX_TEXT = 64


class Frequency(NamedTuple):
    """The time between a series' values: a number of months, or a number of microseconds; the other is 0."""

    months: int
    microseconds: int

    def __str__(self) -> str:
        """As polars writes it, in the largest unit that divides it: 90m rather than 1h30m."""
        count, units = (self.months, MONTHS) if self.months else (self.microseconds, MICROSECONDS)
        return next(f"{count // size}{unit}" for unit, size in reversed(units.items()) if count % size == 0)


@lru_cache(maxsize=256)
def parse_frequency(text: str) -> Frequency:
    """Read a duration as polars writes it: 30m, 1h, 1d, 1w, 1mo, 1q, 1y, or several as in 1h30m.

    A day is 24 hours and a week seven days. Raises ValueError.
    """
    months = microseconds = position = 0
    while part := _PART.match(text, position):
        count, unit = int(part[1]), part[2]
        months += count * MONTHS.get(unit, 0)
        microseconds += count * MICROSECONDS.get(unit, 0)
        position = part.end()
    if position < len(text) or len(text) > _MAX_TEXT or bool(months) == bool(microseconds):
        raise ValueError(
            "a frequency is a duration such as 30m, 1h, 1d, 1w, 1mo or 1y; months and years don't mix with the others"
        )
    if months > 12_000 or microseconds > 366_000 * MICROSECONDS["d"]:
        raise ValueError("a frequency may be a thousand years at most")
    return Frequency(months, microseconds)


def check_frequency(text: str) -> str:
    """Return the text itself, if it is a frequency. Raises ValueError."""
    parse_frequency(text)
    return text
