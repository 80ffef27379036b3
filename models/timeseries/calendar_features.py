"""The calendar as inputs: where in the day, the week and the year a time lies, on a local clock."""

from collections.abc import Callable, Mapping, Sequence
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.timeseries.local_time import local_clock
from models.timeseries.month_days import Times

Array = NDArray[np.float32]
Cycle = Literal["day", "week", "year", "weekday"]

_DAY = np.timedelta64(1, "D")
_MONDAY = np.datetime64("1969-12-29")


class CycleInputs(NamedTuple):
    """How a cycle is told to the network: a few numbers, made of local times."""

    channels: int
    of: Callable[[Times], NDArray[np.floating]]


def _circles(phase: NDArray[np.float64], harmonics: int) -> NDArray[np.float64]:
    """A position in a cycle, from 0 to 1, as a point on a circle, so that the end lies beside the beginning.

    Then on circles that are run through twice, thrice and so on as fast, for what happens more than once a cycle
    (Fourier terms: Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 7.4).
    """
    angles = [2 * np.pi * times * phase for times in range(1, harmonics + 1)]
    return np.stack([turn(angle) for angle in angles for turn in (np.sin, np.cos)], axis=-1)


def _day(local: Times) -> NDArray[np.float64]:
    return np.asarray((local - local.astype("M8[D]")) / _DAY, np.float64)


def _weekday(local: Times) -> NDArray[np.int64]:
    return np.asarray((local.astype("M8[D]") - _MONDAY) // _DAY % 7, np.int64)


def _year(local: Times) -> NDArray[np.float64]:
    year = local.astype("M8[Y]")
    begins, ends = year.astype("M8[us]"), (year + np.timedelta64(1, "Y")).astype("M8[us]")
    return np.asarray((local - begins) / (ends - begins), np.float64)


CYCLES: Mapping[Cycle, CycleInputs] = {
    "day": CycleInputs(4, lambda local: _circles(_day(local), 2)),
    "week": CycleInputs(6, lambda local: _circles((_weekday(local) + _day(local)) / 7, 3)),
    "year": CycleInputs(2, lambda local: _circles(_year(local), 1)),
    "weekday": CycleInputs(7, lambda local: np.eye(7, dtype=np.float32)[_weekday(local)]),
}


def calendar_inputs(times: Times, cycles: Sequence[Cycle], zone: str) -> Array:
    """The inputs of these cycles at times in UTC, of any shape, told by clocks in an IANA time zone.

    The answer has the shape (…, channels): a cycle's numbers after another's, from Monday on for `weekday`.
    """
    local = local_clock(times, zone)
    return np.concatenate([CYCLES[cycle].of(local).astype(np.float32) for cycle in cycles], axis=-1)
