"""Rolling a model out from many origins as the service would, in bounded memory."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.engine.offline import forecast_offline
from models.inference.forecaster import Forecaster
from models.timeseries.time_index import TimeIndex, Times, parse_frequency
from training.data.dataset import HeldOut
from training.errors import SeriesError
from training.evaluation.origins import Origins, actuals, contexts_before

Array = NDArray[np.float64]


class RollingForecasts(NamedTuple):
    """Forecasts from some origins beside what came, both of shape (origins, horizon, targets), in raw units.

    `scales`, shape (origins, 1, targets), is each forecast's scale, in whose units intervals are calibrated.
    """

    origins: Origins
    predictions: Array
    actuals: Array
    scales: Array


def rolling_forecasts(
    forecaster: Forecaster,
    held_out: Sequence[HeldOut],
    origins: Origins,
    horizon: int,
    threads: int | None = None,
) -> RollingForecasts:
    """Forecast `horizon` steps from each origin; there must be at least one, each with a whole context before it.

    Raises SeriesError where the model asks for times that the series lacks, and as `forecast_together` does.
    """
    spec = forecaster.spec
    size = spec.context_length * len(spec.features) + (spec.window + horizon) * spec.channels
    predictions, scales = [], []
    for chunk in origins.chunks(size):
        windows = contexts_before(held_out, chunk, spec.context_length)
        prepared = forecaster.prepare(windows, horizon, _axes(forecaster, held_out, chunk))
        predictions.append(forecast_offline(forecaster, prepared, threads))
        scale = forecaster.interval_scale(prepared)
        scales.append(np.broadcast_to(scale, (len(chunk), 1, len(spec.targets))))
    came = actuals(held_out, origins, horizon, spec.target_columns)
    return RollingForecasts(origins, np.concatenate(predictions), came, np.concatenate(scales))


def _axes(forecaster: Forecaster, held_out: Sequence[HeldOut], origins: Origins) -> list[TimeIndex] | None:
    """The times of each origin's past, where the model asks for them."""
    spec = forecaster.spec
    if not spec.calendar:
        return None
    known = [each.times for each in held_out if each.times is not None]
    if spec.frequency is None or len(known) < len(held_out):
        raise SeriesError(
            f"{forecaster.title} takes in the {', '.join(spec.calendar)} of each value, but the series tells no "
            "times: name the column that does with --time"
        )
    frequency = parse_frequency(spec.frequency)
    days = [_day_of_month(times) if frequency.months else None for times in known]
    axes = []
    for series, row in zip(origins.series.tolist(), origins.rows.tolist(), strict=True):
        end: datetime = known[series][row - 1].astype("M8[us]").astype(datetime)
        axes.append(TimeIndex(end.replace(tzinfo=UTC), frequency, days[series]))
    return axes


def _day_of_month(times: Times) -> int:
    """The day that a monthly series' rows lie on: its latest, as the day that a month lacks becomes its last."""
    days = times.astype("M8[D]") - times.astype("M8[M]").astype("M8[D]")
    return int(days.max().astype(int)) + 1
