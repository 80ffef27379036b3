"""The seasons of a series: those usual at its frequency, as far as its rows show them, or those that its rows show."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.timeseries.frequency import MICROSECONDS, parse_frequency

Array = NDArray[np.float64]

DAY, YEAR_DAYS = MICROSECONDS["d"], 365.25
LEAST_PERIODS = 2  # of a season in the rows, for it to be seen
LEAST_STRENGTH = 0.1  # an autocorrelation of changes, at a season that is usual
LEAST_FOUND_STRENGTH = 0.2  # the same where it is usual nowhere, or of values, which differ less from row to row
NOISE = 3.0  # an autocorrelation below this many standard errors may be chance
NEARLY = 0.6  # of the highest autocorrelation
LONGER_BY = 0.01  # by how much more a season of several seasons must show itself
ROUNDING = 1e-11  # of the largest value: smaller is what is left of a straight line, for one
MOST_MULTIPLES, MOST_SEARCHED = 12, 3_000
MAX_SERIES = 200  # of a panel, the longest
USUAL = (4, 7, 12, 24, 48, 52, 96, 168, 336)  # of quarters, days, months, hours, half and quarter hours, weeks
# How many standard errors a season in a window must show: a usual one, and any other beside the highest of all lags.
USUAL_ERRORS, MORE_ERRORS = 2.5, 0.5
LEAST_CYCLE_STRENGTH = 0.5  # of a slow cycle in a window


class Season(NamedTuple):
    """The rows in a season, and how alike the same rows of neighbouring seasons are: an autocorrelation, up to 1."""

    rows: int
    strength: float


def find_seasons(series: Sequence[Array], frequency: str | None, usual: Sequence[int] = ()) -> tuple[Season, ...]:
    """The seasons of columns of shape (rows), training rows only, shortest first; the mean over the series.

    `usual` are seasons that are known from elsewhere; those of the frequency join them. Each counts where the rows hold
    it twice and the changes from row to row show it. Where none is known they are looked for: first among the changes,
    then as a slow cycle of the values.
    """
    longest = sorted(series, key=len, reverse=True)[:MAX_SERIES]
    rows = min(len(longest[0]) // LEAST_PERIODS, MOST_SEARCHED)
    if rows < 2:
        return ()
    candidates = sorted({*usual, *usual_seasons(frequency)})
    changes = _mean_autocorrelation([_changes(each) for each in longest], max(rows, *candidates, 2))
    noise = NOISE / sum(map(len, longest)) ** 0.5
    values = _mean_autocorrelation(
        [_detrended(each) for each in longest], max(rows, *(2 * each for each in candidates), 2)
    )
    if candidates:
        held = [lag for lag in candidates if LEAST_PERIODS * lag <= len(longest[0])]
        least = max(LEAST_STRENGTH, noise)
        known = [Season(lag, float(changes[lag] if changes[lag] >= least else _rise(values, lag))) for lag in held]
        confirmed = tuple(each for each in known if each.strength >= least)
        return confirmed or _slow_cycle(values[: rows + 1], LEAST_FOUND_STRENGTH)
    least = max(LEAST_FOUND_STRENGTH, noise)
    return _searched(changes[: rows + 1], least, max(LONGER_BY, noise)) or _slow_cycle(values[: rows + 1], least)


def seasons_in_window(values: Array) -> tuple[int, ...]:
    """The lengths of the seasons that a single window shows, shape (rows), of which nothing is known; shortest first.

    A window has few rows and very many lags, so what may be chance is left out: a lag must show more than the highest
    of as many would by chance, and a usual one more than it would alone. A slow cycle must show itself clearly.
    """
    rows = min(len(values) // LEAST_PERIODS, MOST_SEARCHED)
    if rows < 2:
        return ()
    lags = np.arange(rows + 2)  # a peak has a neighbour on either side
    usual = np.isin(lags, USUAL)
    errors = np.where(usual, USUAL_ERRORS, np.sqrt(2 * np.log(max(2, rows))) + MORE_ERRORS)
    # The changes of noise have autocorrelations that vary half as much again as those of noise itself.
    error = np.sqrt(1.5 / (len(values) - lags))
    changes = _mean_autocorrelation([_changes(values)], rows + 1)
    found = _searched(changes, np.maximum(LEAST_STRENGTH, errors * error), error)
    if not found:
        found = _slow_cycle(_mean_autocorrelation([_detrended(values)], rows), LEAST_CYCLE_STRENGTH)
    return tuple(season.rows for season in found)


def multiples(season: int, least: int) -> tuple[int, int]:
    """The first whole number of seasons that is at least so long, and the step before it."""
    lag = season * -(-least // season)
    return lag, lag + 1


def usual_seasons(frequency: str | None) -> list[int]:
    """The day and the week in rows of less than a day; the week and the year in days; the year in what is longer."""
    if frequency is None:
        return []
    months, microseconds = parse_frequency(frequency)
    if months:
        lengths = [12 / months]
    elif microseconds < DAY:
        lengths = [DAY / microseconds, 7 * DAY / microseconds]
    elif microseconds < 7 * DAY:
        lengths = [7 * DAY / microseconds, round(YEAR_DAYS * DAY / microseconds)]
    else:
        lengths = [round(YEAR_DAYS * DAY / microseconds)]
    return [int(length) for length in lengths if length == int(length) and length > 1]


def _searched(strengths: Array, least: float | Array, longer_by: float | Array) -> tuple[Season, ...]:
    """The shortest season that shows nearly as much as any, and a longer one made of several that shows more."""
    enough, more = strengths >= least, np.broadcast_to(longer_by, strengths.shape)
    peaks = [lag for lag in _peaks(strengths) if enough[lag]]
    if not peaks:
        return ()
    highest = max(strengths[lag] for lag in peaks)
    first = next(lag for lag in peaks if strengths[lag] >= NEARLY * highest)
    longer = [
        lag
        for lag in peaks
        if lag % first == 0 and 2 <= lag // first <= MOST_MULTIPLES and strengths[lag] > strengths[first] + more[lag]
    ]
    best = [max(longer, key=lambda lag: float(strengths[lag]))] if longer else []
    return tuple(Season(lag, float(strengths[lag])) for lag in [first, *best])


def _rise(strengths: Array, lag: int) -> float:
    """How much more alike values are a season apart than half a season less and more."""
    return float(strengths[lag] - max(strengths[lag - lag // 2], strengths[lag + lag // 2]))


def _slow_cycle(strengths: Array, least: float) -> tuple[Season, ...]:
    """The first peak that is nearly as high as any, after the autocorrelation has once been negative."""
    negative = np.flatnonzero(strengths < 0)
    peaks = [lag for lag in _peaks(strengths) if len(negative) and lag > negative[0] and strengths[lag] >= least]
    if not peaks:
        return ()
    highest = max(strengths[lag] for lag in peaks)
    first = next(lag for lag in peaks if strengths[lag] >= NEARLY * highest)
    return (Season(first, float(strengths[first])),)


def _peaks(strengths: Array) -> list[int]:
    """The lags above 1 whose autocorrelation is higher than that of both neighbours."""
    inner = strengths[2:-1]
    higher = (inner > strengths[1:-2]) & (inner >= strengths[3:])
    return (np.flatnonzero(higher) + 2).tolist()


def _mean_autocorrelation(series: Sequence[Array], lags: int) -> Array:
    """The autocorrelations at the lags from 0 on, shape (lags + 1), each the mean over series that are long enough."""
    total, count = np.zeros(lags + 1), np.zeros(lags + 1)
    for values in series:
        centred = values - values.mean() if len(values) else values
        size = int(2 ** np.ceil(np.log2(2 * max(len(centred), 1))))
        power = np.abs(np.fft.rfft(centred, size)) ** 2
        covariance = np.fft.irfft(power, size)[: lags + 1]
        known = min(len(centred), lags + 1)
        if known and covariance[0] > 0:
            # Longer lags have fewer pairs; their mean is of these.
            pairs = len(centred) - np.arange(known)
            total[:known] += covariance[:known] / pairs * len(centred) / covariance[0]
            count[:known] += 1
    return total / np.maximum(count, 1)


def _changes(values: Array) -> Array:
    """The changes from row to row, less their mean."""
    changes = np.diff(values)
    return _beyond_rounding(changes - (changes.mean() if len(changes) else 0.0), values)


def _detrended(values: Array) -> Array:
    """The values less a straight line through them."""
    steps = np.arange(len(values)) - (len(values) - 1) / 2
    left = values - values.mean() - steps * (steps @ values) / max(float(steps @ steps), 1.0)
    return _beyond_rounding(left, values)


def _beyond_rounding(left: Array, values: Array) -> Array:
    """What is left of some values; zeros where it is no more than their rounding, which has patterns of its own."""
    return left * float(np.abs(left).max(initial=0) > ROUNDING * np.abs(values).max(initial=0))
