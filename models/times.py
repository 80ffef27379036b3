"""Times of a series' values: frequencies, the times ahead of a window, and local clocks."""

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from models.errors import InvalidHorizon

Times = NDArray[np.datetime64]  # in microseconds, UTC unless said otherwise

_MONTHS = {"mo": 1, "q": 3, "y": 12}
_MICROSECONDS = {
    "us": 1,
    "ms": 1_000,
    "s": 1_000_000,
    "m": 60_000_000,
    "h": 3_600_000_000,
    "d": 86_400_000_000,
    "w": 604_800_000_000,
}
_PART = re.compile(rf"([0-9]{{1,9}})({'|'.join([*_MONTHS, *_MICROSECONDS])})(?![a-z])", re.ASCII)
_DAY = np.timedelta64(1, "D")


class Frequency(NamedTuple):
    """The time between a series' values: so many months, or so many microseconds."""

    months: int
    microseconds: int


@lru_cache(maxsize=256)
def parse_frequency(text: str) -> Frequency:
    """Read a duration as polars writes it: 30m, 1h, 1d, 1w, 1mo, 1q, 1y, or several as in 1h30m.

    A day is 24 hours and a week seven of them. Raises ValueError.
    """
    months = microseconds = position = 0
    while part := _PART.match(text, position):
        count, unit = int(part[1]), part[2]
        months += count * _MONTHS.get(unit, 0)
        microseconds += count * _MICROSECONDS.get(unit, 0)
        position = part.end()
    if position < len(text) or bool(months) == bool(microseconds):
        raise ValueError(
            "a frequency is a duration such as 30m, 1h, 1d, 1w, 1mo or 1y; months and years don't mix with the others"
        )
    if months > 12_000 or microseconds > 366 * 1_000 * _MICROSECONDS["d"]:
        raise ValueError("a frequency may be a thousand years at most")
    return Frequency(months, microseconds)


def check_timezone(name: str) -> str:
    """The name itself, where it is that of an IANA time zone. Raises ValueError."""
    try:
        ZoneInfo(name)
    except (OSError, ValueError, LookupError) as error:  # ZoneInfoNotFoundError is a KeyError
        raise ValueError("a timezone is an IANA name such as Europe/Berlin, Australia/Melbourne or UTC") from error
    return name


class Axis(NamedTuple):
    """The times of a window's values: its newest one's, with an offset, and the time between values."""

    end: datetime
    frequency: Frequency

    def at(self, steps: NDArray[np.integer]) -> Times:
        """The times so many steps after the end (before it, where negative), in UTC.

        Months are counted in the end's own offset; a day that a month lacks becomes its last.
        """
        offset = self.end.utcoffset() or timedelta()
        local = np.datetime64(self.end.replace(tzinfo=None), "us")
        if self.frequency.months:
            months = local.astype("M8[M]") + steps * self.frequency.months
            last = ((months + 1).astype("M8[D]") - _DAY) - months.astype("M8[D]")
            days = np.minimum(last, local.astype("M8[D]") - local.astype("M8[M]").astype("M8[D]"))
            times = (months.astype("M8[D]") + days).astype("M8[us]") + (local - local.astype("M8[D]"))
        else:
            times = local + (steps * self.frequency.microseconds).astype("m8[us]")
        return np.asarray(times - np.timedelta64(offset), "M8[us]")

    def ahead(self, horizon: int) -> list[str]:
        """The times of the `horizon` values after the end, in ISO 8601 with its offset.

        Raises InvalidHorizon where they would pass the year 9999.
        """
        offset = self.end.utcoffset() or timedelta()
        try:
            last = self.at(np.array([horizon])).astype(datetime)[0]
            if not isinstance(last, datetime) or last > _LATEST:
                raise InvalidHorizon("the forecast's timestamps would pass the year 9999: ask for fewer steps")
        except OverflowError as error:
            raise InvalidHorizon("the forecast's timestamps would pass the year 9999: ask for fewer steps") from error
        zone = UTC if not offset else timezone(offset)
        times = self.at(np.arange(1, horizon + 1)) + np.timedelta64(offset)
        return [time.replace(tzinfo=zone).isoformat() for time in times.astype(datetime)]


_LATEST = datetime(9999, 12, 30)  # of UTC times without an offset; with any offset it is still that year


def local_clock(times: Times, zone: str) -> Times:
    """What clocks in an IANA time zone show at these times. Raises ValueError for years that no clock has."""
    if zone == "UTC" or not len(times):
        return times
    info = ZoneInfo(zone)
    days, place = np.unique(times.astype("M8[D]"), return_inverse=True)
    begins, ends = (np.array([_offset(day + more, info) for day in days]) for more in (0 * _DAY, _DAY))
    offsets = begins[place]
    for index in np.flatnonzero((begins != ends)[place]):  # clocks are changed on that day
        offsets[index] = _offset(times[index], info)
    local: Times = times + offsets
    return local


def _offset(time: np.datetime64, info: ZoneInfo) -> np.timedelta64:
    at: datetime = time.astype("M8[us]").astype(datetime)
    return np.timedelta64(at.replace(tzinfo=UTC).astimezone(info).utcoffset() or timedelta(), "us")
