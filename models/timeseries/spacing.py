"""Finding the axis that a series' times lie on: how far apart they are, and whether all are."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from models.errors import InvalidRequest
from models.timeseries.time_index import Frequency, TimeIndex, Times

_MONTH = np.timedelta64(1, "M")
_LAST = 31  # the day of the month that stands for its last, whatever its length


def infer_time_index(
    moments: Sequence[datetime], frequency: Frequency | None = None, usual: Frequency | None = None
) -> TimeIndex:
    """The axis that moments with offsets lie on, oldest first.

    They must be a `frequency` apart. Where none is given it is the `usual` one if they are that far apart, else what
    they show: months where they lie on one day of their months (or all on the last), else the most common time
    between them. Raises InvalidRequest, its location the place of the first that is not where it should be.
    """
    clocks = np.array([moment.replace(tzinfo=None) for moment in moments], "M8[us]")
    instants = clocks - np.array([moment.utcoffset() or timedelta() for moment in moments], "m8[us]")
    steps = np.diff(instants).astype(np.int64)
    for place in np.flatnonzero(steps <= 0)[:1].tolist():
        raise InvalidRequest("expected a later time than the one before it: the oldest comes first", (place + 1,))
    months, day = np.diff(clocks.astype("M8[M]")).astype(np.int64), _day_of_month(clocks)
    if frequency is None and usual is not None and _fits(usual, months, steps, day):
        frequency = usual
    if frequency is None:
        frequency = Frequency(0, _most_common(steps)) if day is None else Frequency(_most_common(months), 0)
    if not _fits(frequency, months, steps, day):
        raise _uneven(frequency, clocks, months, steps, day)
    return TimeIndex(moments[-1], frequency, day if frequency.months else None)


def _day_of_month(clocks: Times) -> int | None:
    """The day of the month that all lie on, at one time of day; None where there is none.

    A day that a month lacks is its last; where all are their months' last the day is 31.
    """
    day, length = _days(clocks)
    found = _LAST if (day == length).all() else int(day.max())
    return None if _off(clocks, found).any() else found


def _off(clocks: Times, day: int) -> NDArray[np.bool_]:
    """Which times lie on another day of their month, or at another time of day than the last one."""
    time_of_day = clocks - clocks.astype("M8[D]")
    days, length = _days(clocks)
    return np.asarray((days != np.minimum(day, length)) | (time_of_day != time_of_day[-1]))


def _days(clocks: Times) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Each time's day of the month, from 1, and how many days that month has."""
    months = clocks.astype("M8[M]")
    begin, end = months.astype("M8[D]"), (months + _MONTH).astype("M8[D]")
    return (clocks.astype("M8[D]") - begin).astype(np.int64) + 1, (end - begin).astype(np.int64)


def _fits(frequency: Frequency, months: NDArray[np.int64], steps: NDArray[np.int64], day: int | None) -> bool:
    """Whether times are a frequency apart: the `months` and the microseconds (`steps`) between them say so."""
    if frequency.months:
        return day is not None and bool((months == frequency.months).all())
    return bool((steps == frequency.microseconds).all())


def _uneven(
    frequency: Frequency, clocks: Times, months: NDArray[np.int64], steps: NDArray[np.int64], day: int | None
) -> InvalidRequest:
    """What to say of the first time that is not a frequency after the one before it."""
    if frequency.months and day is None:
        (wanted,), (length,) = _days(clocks[-1:])
        place = int(np.argmax(_off(clocks, _LAST if wanted == length else int(wanted))))
        message = f"expected the last timestamp's day of the month and time of day, with values {frequency} apart"
        return InvalidRequest(message, (place,))
    if frequency.months:
        place = int(np.argmax(months != frequency.months))
        came = Frequency(int(months[place]), 0)
    else:
        place = int(np.argmax(steps != frequency.microseconds))
        came = Frequency(0, int(steps[place]))
    return InvalidRequest(
        f"expected a time {frequency} after the one before it, but it is {came}: values must be evenly spaced",
        (place + 1,),
    )


def _most_common(values: NDArray[np.int64]) -> int:
    found, counts = np.unique(values, return_counts=True)
    return int(found[np.argmax(counts)])
