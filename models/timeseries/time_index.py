"""Times of a series' values: frequencies, the times around a window's end, and local clocks."""

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from models.errors import InvalidRequest

Times = NDArray[np.datetime64]  # in microseconds, UTC unless said otherwise

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
_LONGEST_TEXT = 64

# Python's clocks end with the years 1 and 9999; a year less leaves room for every offset.
_EARLIEST, _LATEST = np.datetime64("0002-01-01T00:00:00", "us"), np.datetime64("9998-12-31T23:59:59.999999", "us")
_DAY, _MONTH = np.timedelta64(1, "D"), np.timedelta64(1, "M")

# Days for which clocks are asked at once. A zone has changed its clocks and changed them back within a week, but
# never within so few days.
_SPAN = 4


class Frequency(NamedTuple):
    """The time between a series' values: so many months, or so many microseconds."""

    months: int
    microseconds: int

    def __str__(self) -> str:
        """As polars writes it, in the largest unit that goes into it: 90m rather than 1h30m."""
        count, units = (self.months, MONTHS) if self.months else (self.microseconds, MICROSECONDS)
        return next(f"{count // size}{unit}" for unit, size in reversed(units.items()) if count % size == 0)


@lru_cache(maxsize=256)
def parse_frequency(text: str) -> Frequency:
    """Read a duration as polars writes it: 30m, 1h, 1d, 1w, 1mo, 1q, 1y, or several as in 1h30m.

    A day is 24 hours and a week seven of them. Raises ValueError.
    """
    months = microseconds = position = 0
    while part := _PART.match(text, position):
        count, unit = int(part[1]), part[2]
        months += count * MONTHS.get(unit, 0)
        microseconds += count * MICROSECONDS.get(unit, 0)
        position = part.end()
    if position < len(text) or len(text) > _LONGEST_TEXT or bool(months) == bool(microseconds):
        raise ValueError(
            "a frequency is a duration such as 30m, 1h, 1d, 1w, 1mo or 1y; months and years don't mix with the others"
        )
    if months > 12_000 or microseconds > 366_000 * MICROSECONDS["d"]:
        raise ValueError("a frequency may be a thousand years at most")
    return Frequency(months, microseconds)


def check_timezone(name: str) -> str:
    """The name itself, where it is that of an IANA time zone. Raises ValueError."""
    try:
        ZoneInfo(name)
    except (OSError, ValueError, LookupError) as error:  # ZoneInfoNotFoundError is a KeyError
        raise ValueError("a timezone is an IANA name such as Europe/Berlin, Australia/Melbourne or UTC") from error
    return name


class TimeIndex(NamedTuple):
    """The times of a window's values: that of its newest one, and the time between values.

    An end without an offset is in UTC. `day` is the day of the month that months are counted to, where the end's does
    not tell: a series of every month's 30th may end on the last of February.
    """

    end: datetime
    frequency: Frequency
    day: int | None = None

    def at(self, steps: NDArray[np.integer]) -> Times:
        """The times so many steps after the end (before it, where negative), in UTC.

        Months are counted in the end's own offset: a day that a month lacks becomes its last, and where the end is
        a month's last day they all are. Raises InvalidRequest where a time lies outside the years 2 to 9998.
        """
        offset = self.end.utcoffset() or timedelta()
        local = np.datetime64(self.end.replace(tzinfo=None), "us")
        months, microseconds = self.frequency
        # numpy's integers would wrap around, Python's don't.
        shortest = months * 28 * MICROSECONDS["d"] + microseconds
        if int(np.abs(steps).max()) * shortest > 10_000 * 366 * MICROSECONDS["d"]:
            raise _out_of_range()
        if months:
            times = _months_after(local, steps * months, self.day)
        else:
            times = local + (steps * microseconds).astype("m8[us]")
        times = np.asarray(times - np.timedelta64(offset), "M8[us]")
        if times.min() < _EARLIEST or times.max() > _LATEST:
            raise _out_of_range()
        return times

    def ahead(self, horizon: int) -> list[str]:
        """The times of the `horizon` values after the end, in ISO 8601 with its offset. Raises as `at`."""
        offset = self.end.utcoffset() or timedelta()
        zone = timezone(offset) if offset else UTC
        times = self.at(np.arange(1, horizon + 1)) + np.timedelta64(offset)
        return [time.replace(tzinfo=zone).isoformat() for time in times.astype(datetime)]


def local_clock(times: Times, zone: str) -> Times:
    """What clocks in an IANA time zone show at these times, of any shape, in the years 2 to 9998."""
    if zone == "UTC":
        return times
    info = ZoneInfo(zone)
    spans = times.astype("M8[D]").astype(np.int64) // _SPAN
    edges = np.unique(np.stack([spans, spans + 1]))
    known = _offsets((edges * _SPAN).astype("M8[D]"), info)
    offsets, after = (known[np.searchsorted(edges, each)] for each in (spans, spans + 1))
    changing = offsets != after
    offsets[changing] = _offsets(times[changing], info)
    return np.asarray(times + offsets, "M8[us]")


def _months_after(local: np.datetime64, months: NDArray[np.integer], to_day: int | None) -> Times:
    """The same day, or another, and the same time of day so many months later, or the month's last day."""
    month = local.astype("M8[M]")
    day, time_of_day = local.astype("M8[D]") - month.astype("M8[D]"), local - local.astype("M8[D]")
    if to_day is not None:
        day = (to_day - 1) * _DAY
    elif local.astype("M8[D]") + _DAY == (month + _MONTH).astype("M8[D]"):
        day = 31 * _DAY  # whose end is a month's last day counts in last days
    begins = month + months * _MONTH
    last = (begins + _MONTH).astype("M8[D]") - begins.astype("M8[D]") - _DAY
    return np.asarray((begins.astype("M8[D]") + np.minimum(day, last)).astype("M8[us]") + time_of_day)


def _offsets(times: NDArray[np.datetime64], info: ZoneInfo) -> NDArray[np.timedelta64]:
    """The zone's offsets from UTC at these times."""
    utc: list[datetime] = times.astype("M8[us]").astype(datetime).tolist()
    return np.array([at.replace(tzinfo=UTC).astimezone(info).utcoffset() for at in utc], "m8[us]")


def _out_of_range() -> InvalidRequest:
    return InvalidRequest("the times of the window and of its forecast must lie in the years 2 to 9998", ("end",))
