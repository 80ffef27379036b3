"""How far apart times are: found from the times themselves, and whether all are evenly spaced."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from models.errors import InvalidRequest
from models.timeseries.frequency import Frequency
from models.timeseries.month_days import Times, common_day, month_positions, own_day
from models.timeseries.time_index import TimeIndex


def infer_time_index(
    moments: Sequence[datetime], frequency: Frequency | None = None, usual: Frequency | None = None
) -> TimeIndex:
    """The time index of moments with offsets, at least two, oldest first.

    They must be a `frequency` apart. Where none is given it is the `usual` one if they are that far apart, else what
    they show: months where they lie on one day of their months (or all on the last), else the most common time
    between them. Raises InvalidRequest, whose location is the index of the first that is not where it should be.
    """
    clocks = np.array([moment.replace(tzinfo=None) for moment in moments], "M8[us]")
    instants = clocks - np.array([moment.utcoffset() or timedelta() for moment in moments], "m8[us]")
    steps = np.diff(instants).astype(np.int64)
    for index in np.flatnonzero(steps <= 0)[:1].tolist():
        raise InvalidRequest("expected a later time than the one before it: the oldest comes first", (index + 1,))
    months, day = np.diff(clocks.astype("M8[M]")).astype(np.int64), _day_and_time(clocks)
    if frequency is None and usual is not None and _fits(usual, months, steps, day):
        frequency = usual
    if frequency is None:
        frequency = Frequency(0, most_common(steps)) if day is None else Frequency(most_common(months), 0)
    if not _fits(frequency, months, steps, day):
        raise _uneven(frequency, clocks, months, steps, day)
    return TimeIndex(moments[-1], frequency, day if frequency.months else None)


def most_common(values: NDArray[np.int64]) -> int:
    """The value that comes most often; of several the least."""
    found, counts = np.unique(values, return_counts=True)
    return int(found[np.argmax(counts)])


def _day_and_time(clocks: Times) -> int | None:
    """The day of the month that all times lie on, at one time of day; None where there is none."""
    time_of_day = clocks - clocks.astype("M8[D]")
    return common_day(clocks) if (time_of_day == time_of_day[-1]).all() else None


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
        position = month_positions(clocks)
        off = ~position.lies_on(own_day(clocks[-1])) | (position.time_of_day != position.time_of_day[-1])
        message = f"expected the last timestamp's day of the month and time of day, with values {frequency} apart"
        return InvalidRequest(message, (int(np.argmax(off)),))
    if frequency.months:
        index = int(np.argmax(months != frequency.months))
        actual = Frequency(int(months[index]), 0)
    else:
        index = int(np.argmax(steps != frequency.microseconds))
        actual = Frequency(0, int(steps[index]))
    return InvalidRequest(
        f"expected a time {frequency} after the one before it, but it is {actual}: values must be evenly spaced",
        (index + 1,),
    )
