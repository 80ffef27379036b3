"""Forecasting from many origins as the service would, in bounded memory."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.engine.offline import predict_offline
from models.inference.covariates import Codes
from models.inference.forecaster import Forecaster, ForecastInputs
from models.intervals.error_scale import ErrorScale
from models.seasonal.adjusted_windows import held_seasons
from models.timeseries.frequency import parse_frequency
from models.timeseries.time_index import TimeIndex
from training.data.held_out import HeldOut, without_gaps
from training.errors import SeriesError
from training.evaluation.origins import Origins, actual_values, evenly_spaced_indexes, rows_before

Array = NDArray[np.float64]


class RollingForecasts(NamedTuple):
    """Forecasts from some origins and the actual values, both of shape (origins, horizon, targets), in raw units.

    Actual values that are missing are NaN.

    `scale` is that of the errors, in whose units intervals are calibrated: shape (origins, 1 or horizon, targets).
    """

    origins: Origins
    predictions: Array
    actuals: Array
    scale: ErrorScale

    @property
    def errors(self) -> Array:
        """The actual values minus the forecasts, of their shape."""
        return self.actuals - self.predictions

    def evenly_spaced(self, most: int) -> "RollingForecasts":
        """Those from at most `most` of the origins, evenly spaced, the first and the last among them."""
        indexes = evenly_spaced_indexes(len(self.origins), most)
        scale = ErrorScale(*(each[indexes] for each in self.scale))
        return RollingForecasts(self.origins[indexes], self.predictions[indexes], self.actuals[indexes], scale)


def rolling_forecasts(
    forecaster: Forecaster,
    held_out: Sequence[HeldOut],
    origins: Origins,
    horizon: int,
) -> RollingForecasts:
    """Forecast `horizon` steps from each origin; there must be at least one, each with a whole context before it.

    Raises SeriesError where the model needs times that a series lacks, and what `predict_offline` and
    `Forecaster.to_raw` raise.
    """
    spec = forecaster.spec
    values_per_origin = spec.context_length * len(spec.features) + (spec.window + horizon) * spec.channels
    whole = without_gaps(held_out)
    predictions, scales = [], []
    for chunk in origins.chunks(values_per_origin):
        if spec.any_length:
            inputs = _any_inputs(forecaster, held_out, chunk, horizon)
            predicted = predict_offline(forecaster, inputs)
            predictions.append(forecaster.to_raw(inputs, predicted))
            scales.append(list(forecaster.error_scale(inputs, predicted)))
            continue
        contexts = rows_before(held_out, chunk, spec.context_length, spec.extension)
        if spec.masked:
            # A context without any value, which a service would refuse, has the last one before it.
            nothing = np.isnan(contexts).all(axis=1, keepdims=True)
            before = rows_before(whole, chunk, spec.context_length, spec.extension)
            contexts = np.where(nothing, before, contexts)
        times = _time_indexes(forecaster, held_out, chunk)
        inputs = forecaster.prepare(contexts, horizon, times, _codes(forecaster, held_out, chunk, horizon))
        predicted = predict_offline(forecaster, inputs)
        predictions.append(forecaster.to_raw(inputs, predicted))
        scale = forecaster.error_scale(inputs, predicted)
        scales.append([np.broadcast_to(each, (len(chunk), *each.shape[1:])) for each in scale])
    actuals = actual_values(held_out, origins, horizon, spec.target_columns)
    scale = ErrorScale(*(np.concatenate(each) for each in zip(*scales, strict=True)))
    return RollingForecasts(origins, np.concatenate(predictions), actuals, scale)


def _any_inputs(forecaster: Forecaster, held_out: Sequence[HeldOut], origins: Origins, horizon: int) -> ForecastInputs:
    """The inputs of windows of any length: all rows before each origin, as far as the model looks back."""
    most, windows, seasons = forecaster.spec.context_length, [], []
    for series, row in zip(origins.series.tolist(), origins.rows.tolist(), strict=True):
        windows.append(held_out[series].values[max(0, row - most) : row])
        seasons.append(held_seasons(held_out[series].seasons, len(windows[-1])))
    return forecaster.prepare(windows, horizon, seasons=seasons)


def check_times(forecaster: Forecaster, held_out: Sequence[HeldOut]) -> None:
    """Raise SeriesError where the model needs times that a series lacks."""
    spec = forecaster.spec
    if spec.needs_times and (spec.frequency is None or any(each.times is None for each in held_out)):
        raise SeriesError(
            f"{forecaster.title} takes in the {spec.time_inputs} of each value, but the series tells no "
            "times: name the column that does with --time"
        )


def _codes(forecaster: Forecaster, held_out: Sequence[HeldOut], origins: Origins, horizon: int) -> Codes | None:
    """The codes of the covariates of each origin's window and horizon; None where there are none."""
    spec = forecaster.spec
    if not spec.covariates.all:
        return None
    pairs = zip(origins.series.tolist(), origins.rows.tolist(), strict=True)
    found = [
        codes[np.maximum(np.arange(row - spec.window - spec.lead + 1, row + horizon), 0)]
        for series, row in pairs
        if (codes := held_out[series].codes) is not None
    ]
    return np.stack(found)


def _time_indexes(forecaster: Forecaster, held_out: Sequence[HeldOut], origins: Origins) -> list[TimeIndex] | None:
    """The times of the context before each origin; None where the model needs no times."""
    spec = forecaster.spec
    check_times(forecaster, held_out)
    if not spec.needs_times or spec.frequency is None:
        return None
    times = [each.times for each in held_out if each.times is not None]
    frequency, rows = parse_frequency(spec.frequency), spec.context_length
    pairs = zip(origins.series.tolist(), origins.rows.tolist(), strict=True)
    return [TimeIndex.through(times[series][max(0, row - rows) : row], frequency) for series, row in pairs]
