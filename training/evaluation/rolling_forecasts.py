"""Rolling a model out from many origins as the service would, in bounded memory."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.engine.offline import forecast_together
from models.inference.forecaster import Forecaster
from models.timeseries.time_index import Axis, Times, parse_frequency
from training.data.dataset import HeldOut
from training.errors import SeriesError
from training.evaluation.origins import Origins, pasts, truths

Array = NDArray[np.float64]


class Rolled(NamedTuple):
    """Forecasts from some origins beside what came, both of shape (origins, horizon, targets), in raw units.

    `scales`, shape (origins, 1, targets), is each forecast's scale, in whose units intervals are calibrated.
    """

    origins: Origins
    predictions: Array
    truths: Array
    scales: Array


def roll(
    forecaster: Forecaster,
    held_out: Sequence[HeldOut],
    origins: Origins,
    horizon: int,
    threads: int | None = None,
) -> Rolled:
    """Forecast `horizon` steps from each origin; there must be at least one, each with a whole context before it.

    Raises SeriesError where the model asks for times that the series lacks, and as `forecast_together` does.
    """
    shape = forecaster.shape
    size = shape.context * len(shape.features) + (shape.window + horizon) * shape.channels
    predictions, scales = [], []
    for chunk in origins.chunks(size):
        windows = pasts(held_out, chunk, shape.context)
        question = forecaster.question(windows, horizon, _axes(forecaster, held_out, chunk))
        predictions.append(forecast_together(forecaster, question, threads))
        scale = forecaster.interval_scale(question)
        scales.append(np.broadcast_to(scale, (len(chunk), 1, len(shape.targets))))
    came = truths(held_out, origins, horizon, shape.target_columns)
    return Rolled(origins, np.concatenate(predictions), came, np.concatenate(scales))


def _axes(forecaster: Forecaster, held_out: Sequence[HeldOut], origins: Origins) -> list[Axis] | None:
    """The times of each origin's past, where the model asks for them."""
    shape = forecaster.shape
    if not shape.calendar:
        return None
    known = [each.times for each in held_out if each.times is not None]
    if shape.frequency is None or len(known) < len(held_out):
        raise SeriesError(
            f"{forecaster.title} takes in the {', '.join(shape.calendar)} of each value, but the series tells no "
            "times: name the column that does with --time"
        )
    frequency = parse_frequency(shape.frequency)
    days = [_day_of_month(times) if frequency.months else None for times in known]
    axes = []
    for series, row in zip(origins.series.tolist(), origins.rows.tolist(), strict=True):
        end: datetime = known[series][row - 1].astype("M8[us]").astype(datetime)
        axes.append(Axis(end.replace(tzinfo=UTC), frequency, days[series]))
    return axes


def _day_of_month(times: Times) -> int:
    """The day that a monthly series' rows lie on: its latest, as the day that a month lacks becomes its last."""
    days = times.astype("M8[D]") - times.astype("M8[M]").astype("M8[D]")
    return int(days.max().astype(int)) + 1
