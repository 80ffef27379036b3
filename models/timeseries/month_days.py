"""Which day of their months times lie on, and the same day of other months.

A series of months has one day of the month. A month that lacks the day has its last day instead: a series of each
month's 30th has 28 February. Month-ends stay month-ends: where all times are last days, the series' day is 31.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Times = NDArray[np.datetime64]  # in microseconds

LAST_DAY = 31  # as a day of the month: the last one, however long the month is
_DAY, _MONTH = np.timedelta64(1, "D"), np.timedelta64(1, "M")


class MonthPosition(NamedTuple):
    """Where in their months times lie; all arrays have the shape of the times.

    `month` counts from January 1970, `day` from 1, `length` is the number of days of the month, and `time_of_day` is
    in microseconds.
    """

    month: NDArray[np.int64]
    day: NDArray[np.int64]
    length: NDArray[np.int64]
    time_of_day: NDArray[np.int64]

    @property
    def is_last(self) -> NDArray[np.bool_]:
        """Which times lie on the last day of their month."""
        return np.asarray(self.day == self.length)

    def lies_on(self, day: int) -> NDArray[np.bool_]:
        """Which times lie on a day of the month; a day that a month lacks is its last."""
        return np.asarray(self.day == np.minimum(day, self.length))


def month_positions(times: Times) -> MonthPosition:
    """Where in their months times lie."""
    month, day = times.astype("M8[M]"), times.astype("M8[D]")
    begin, end = month.astype("M8[D]"), (month + _MONTH).astype("M8[D]")
    return MonthPosition(
        month.astype(np.int64),
        (day - begin).astype(np.int64) + 1,
        (end - begin).astype(np.int64),
        (times - day).astype(np.int64),
    )


def common_day(times: Times) -> int | None:
    """The day of the month that all times lie on; None where there is none."""
    position = month_positions(times)
    day = LAST_DAY if position.is_last.all() else int(position.day.max())
    return day if position.lies_on(day).all() else None


def own_day(time: np.datetime64) -> int:
    """The day of the month of a single time, which is LAST_DAY where it lies on the last one."""
    position = month_positions(np.array([time]))
    return LAST_DAY if position.is_last[0] else int(position.day[0])


def months_after(time: np.datetime64, months: NDArray[np.integer], day: int) -> Times:
    """A day of the month and the time of day of `time`, a number of months later, for each of some numbers."""
    first = (time.astype("M8[M]") + months * _MONTH).astype("M8[M]")
    last = (first + _MONTH).astype("M8[D]") - first.astype("M8[D]") - _DAY
    date = first.astype("M8[D]") + np.minimum((day - 1) * _DAY, last)
    return np.asarray(date.astype("M8[us]") + (time - time.astype("M8[D]")))
