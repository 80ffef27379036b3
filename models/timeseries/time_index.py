"""The times of a series' values: one of them, the time between values, and so all others."""

from datetime import UTC, datetime, timedelta, timezone
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from models.errors import InvalidRequest
from models.timeseries.frequency import MICROSECONDS, Frequency
from models.timeseries.month_days import Times, common_day, months_after, own_day

# Python's clocks end with the years 1 and 9999; a year less leaves room for every offset.
_EARLIEST, _LATEST = np.datetime64("0002-01-01T00:00:00", "us"), np.datetime64("9998-12-31T23:59:59.999999", "us")


class TimeIndex(NamedTuple):
    """The times of a window's values: the newest one's, and the time between values.

    An end without an offset is in UTC. `day` is the day of the month that a frequency of months keeps. By default the
    end tells it: its own day, or every month's last where the end is the last of its month. It is given where the end
    does not tell: a series of every month's 30th may end on the last of February.
    """

    end: datetime
    frequency: Frequency
    day: int | None = None

    @classmethod
    def through(cls, times: Times, frequency: Frequency) -> Self:
        """The index of evenly spaced times in UTC, shape (values), oldest first; the last one is the end."""
        end: datetime = times[-1].astype("M8[us]").astype(datetime)
        return cls(end.replace(tzinfo=UTC), frequency, common_day(times) if frequency.months else None)

    def at(self, steps: NDArray[np.integer]) -> Times:
        """The times that lie `steps` steps after the end (before it, where negative), in UTC.

        Months are counted on the end's own clock. Raises InvalidRequest where a time lies outside the years 2 to 9998.
        """
        offset = self.end.utcoffset() or timedelta()
        local = np.datetime64(self.end.replace(tzinfo=None), "us")
        months, microseconds = self.frequency
        # numpy's integers would wrap around, Python's don't.
        shortest = months * 28 * MICROSECONDS["d"] + microseconds
        if int(np.abs(steps).max()) * shortest > 10_000 * 366 * MICROSECONDS["d"]:
            raise _out_of_range()
        if months:
            times = months_after(local, steps * months, self.day or own_day(local))
        else:
            times = local + (steps * microseconds).astype("m8[us]")
        times = np.asarray(times - np.timedelta64(offset), "M8[us]")
        if times.min() < _EARLIEST or times.max() > _LATEST:
            raise _out_of_range()
        return times

    def moved(self, steps: int) -> "TimeIndex":
        """The time index of values that end `steps` steps later (earlier, where negative). Raises as `at`."""
        day = self.day
        if self.frequency.months and day is None:
            day = own_day(np.datetime64(self.end.replace(tzinfo=None), "us"))
        end: datetime = self.at(np.array([steps]))[0].astype(datetime).replace(tzinfo=UTC)
        return TimeIndex(end.astimezone(self.end.tzinfo or UTC), self.frequency, day)

    def ahead(self, horizon: int) -> list[str]:
        """The times of the `horizon` values after the end, in ISO 8601 with its offset. Raises as `at`."""
        offset = self.end.utcoffset() or timedelta()
        zone = timezone(offset) if offset else UTC
        times = self.at(np.arange(1, horizon + 1)) + np.timedelta64(offset)
        return [time.replace(tzinfo=zone).isoformat() for time in times.astype(datetime)]


def _out_of_range() -> InvalidRequest:
    return InvalidRequest("the times of the window and of its forecast must lie in the years 2 to 9998", ("end",))
