"""Series whose rows are missing at regular times, such as nights and weekends: their rows are counted instead.

A bank's calls come while it is open. Its nights are no gaps to be filled, and a day is as many rows as it is open for.
"""

from typing import NamedTuple

import numpy as np

from models.timeseries.frequency import MICROSECONDS, Frequency
from models.timeseries.month_days import Times
from models.timeseries.spacing import most_common

DAY, WEEK_DAYS = MICROSECONDS["d"], 7
LEAST_RUNS = 4  # between gaps, for these to be regular
ALIKE = 0.8  # the share of runs that must be as long as most, and begin at the same time as most


class RowSeasons(NamedTuple):
    """The numbers of rows in a day and in a week of a series whose rows are counted, and a sentence on it."""

    seasons: tuple[int, ...]
    description: str


def find_row_seasons(times: Times, frequency: Frequency) -> RowSeasons | None:
    """The seasons, in rows, of ascending times most of which are a frequency apart; None where gaps are irregular.

    Gaps are regular where most runs of rows between them have one length and begin at one time of the day; those of
    daily rows, where some day of the week never has a row.
    """
    frequency_us = frequency.microseconds
    if not 0 < frequency_us <= DAY:
        return None
    breaks = np.flatnonzero(np.diff(times).astype(np.int64) != frequency_us) + 1
    if len(breaks) < LEAST_RUNS:
        return None
    if frequency_us == DAY:
        days = _weekdays(times)
        told = f"only {days} days of a week have rows: they are counted as they follow each other, without times"
        return RowSeasons((days,), told) if days < WEEK_DAYS else None
    lengths, begins = np.diff(breaks), times[breaks].astype(np.int64) % DAY
    length, begin = most_common(lengths), most_common(begins)
    if np.mean(lengths == length) < ALIKE or np.mean(begins == begin) < ALIKE:
        return None
    days = _weekdays(times)
    told = f"a day has {length} rows and then a gap: rows are counted as they follow each other, without times"
    return RowSeasons((length, length * days) if days > 1 else (length,), told)


def _weekdays(times: Times) -> int:
    """On how many days of the week there are rows."""
    return len(np.unique(times.astype("M8[D]").astype(np.int64) % WEEK_DAYS))
