"""How good a model's intervals are beside a reference model's, and how good those are that follow a window."""

import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

import numpy as np

from benchmarks.accuracy.bars import LEVELS
from benchmarks.accuracy.record import IntervalResult
from models.inference.forecaster import Forecaster
from models.registry.registry import Registry
from models.spec.manifest import Manifest
from models.timeseries.frequency import MICROSECONDS, parse_frequency
from service.forecasting import Forecast, ForecastRequest, forecast_now
from service.window_times import WindowTimes
from training.data.held_out import HeldOut
from training.errors import SeriesError
from training.evaluation.interval_scores import interval_scores
from training.evaluation.origins import Origins, actual_values, find_origins
from training.evaluation.rolling_forecasts import rolling_forecasts

REFERENCE = ("victoria-demand", 3)  # it comes with rollcast, and learned from the same series
ARTIFACTS = Path(__file__).parents[2] / "models" / "artifacts"
FOLLOWED_DAYS = 28  # in each window, before its context
MAX_ADAPTED_ORIGINS = 60


class Version(NamedTuple):
    """An opened model."""

    manifest: Manifest
    forecaster: Forecaster


def interval_result(version: Version, held_out: HeldOut, horizon: int, stride: int) -> IntervalResult:
    """Score the intervals of a model of one series whose times are known, `stride` rows from origin to origin.

    Raises SeriesError where the held-out rows have no room for that.
    """
    reference = Version(*Registry.at(ARTIFACTS).open(*REFERENCE))
    context = max(each.forecaster.spec.context_length for each in (version, reference))
    origins = find_origins([held_out], context, horizon, stride)
    rows = version.forecaster.spec.context_length + _followed_rows(version.manifest)
    adapted_origins = find_origins([held_out], rows, horizon).evenly_spaced(MAX_ADAPTED_ORIGINS)
    if not len(origins) or not len(adapted_origins):
        raise SeriesError(f"expected held-out rows with {max(rows, context)} rows before them: cut the series less")
    requests = [_request(version, held_out, row, rows, horizon) for row in adapted_origins.rows.tolist()]
    forecast_now(requests[0], *version)  # what only the first one pays for
    plain, plain_s = _timed(version, [request._replace(adapt=False) for request in requests])
    adapted, adapt_s = _timed(version, requests)
    return IntervalResult(
        reference=reference.manifest.title,
        score=_scores(version.forecaster, held_out, origins, horizon),
        reference_score=_scores(reference.forecaster, held_out, origins, horizon),
        adapted_origins=len(adapted_origins),
        plain_coverage=_coverage(version, plain, held_out, adapted_origins),
        adapted_coverage=_coverage(version, adapted, held_out, adapted_origins),
        adapt_cost=median(mine / its for mine, its in zip(adapt_s, plain_s, strict=True)),
        adapt_s=median(adapt_s),
        plain_s=median(plain_s),
    )


def _scores(forecaster: Forecaster, held_out: HeldOut, origins: Origins, horizon: int) -> dict[int, float]:
    """The mean interval score of each level over all steps, in raw units."""
    if forecaster.intervals is None:
        return {}
    forecasts = rolling_forecasts(forecaster, [held_out], origins, horizon)
    scores = interval_scores(forecaster.intervals, forecasts).interval_score
    return {level: float(np.mean(scores[str(level)])) for level in LEVELS if str(level) in scores}


def _followed_rows(manifest: Manifest) -> int:
    if manifest.spec.frequency is None:
        raise SeriesError(f"{manifest.title} knows no time between rows: {FOLLOWED_DAYS} days can't be counted")
    return FOLLOWED_DAYS * MICROSECONDS["d"] // parse_frequency(manifest.spec.frequency).microseconds


def _request(version: Version, held_out: HeldOut, row: int, rows: int, horizon: int) -> ForecastRequest:
    """A request as a client would send it, for intervals that follow the `rows` rows before a row."""
    window = held_out.values[row - rows : row]
    times = None
    if held_out.times is not None:
        times = [WindowTimes(end=f"{held_out.times[row - 1]}", freq=version.manifest.spec.frequency)]
    return ForecastRequest([window], horizon, levels=LEVELS, times=times, adapt=True)


def _timed(version: Version, requests: Sequence[ForecastRequest]) -> tuple[list[Forecast], list[float]]:
    """The forecasts of requests one after another, and the seconds of each."""
    forecasts, seconds = [], []
    for request in requests:
        begun = time.perf_counter()
        forecasts.append(forecast_now(request, *version))
        seconds.append(time.perf_counter() - begun)
    return forecasts, seconds


def _coverage(version: Version, forecasts: Sequence[Forecast], held_out: HeldOut, origins: Origins) -> dict[int, float]:
    """What the intervals of each level held of the values that came, in percent: the mean over steps."""
    horizon = forecasts[0].predictions.shape[1]
    actual = actual_values([held_out], origins, horizon, version.forecaster.spec.target_columns)
    coverage = {}
    for level in LEVELS:
        held = [each.intervals[level].contain(values) for each, values in zip(forecasts, actual, strict=True)]
        coverage[level] = 100 * float(np.mean(held))
    return coverage
