"""A request of KServe's time series protocol, as an exchange takes it."""

import time
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic_core import to_json

from models.errors import InvalidRequest, Location
from models.inference.sent_covariates import KINDS, SentCovariates
from models.references import Reference, parse_reference
from models.spec.manifest import Manifest
from models.text import listed
from models.timeseries.frequency import Frequency, parse_frequency
from service.forecasting import Forecast, ForecastRequest
from service.http.json_checks import check_all_names
from service.protocols.named_tensors import warnings_of
from service.protocols.timeseries.schemas import TimeSeriesInput, TimeSeriesRequest
from service.schemas.predict import MAX_LEVELS
from service.window_times import WindowTimes

UNITS: dict[str, str] = {
    "second": "1s",
    "minute": "1m",
    "hour": "1h",
    "day": "1d",
    "week": "1w",
    "month": "1mo",
    "quarter": "1q",
    "year": "1y",
}
_SHORT = {"S": "second", "T": "minute", "H": "hour", "D": "day", "W": "week", "M": "month", "Q": "quarter", "Y": "year"}


class TimeSeries(NamedTuple):
    """A request for forecasts of some series; `levels` are the intervals whose bounds are the quantiles asked for."""

    asked: TimeSeriesRequest
    levels: Mapping[float, float]

    @property
    def model(self) -> Reference:
        """Which model is asked."""
        return parse_reference(self.asked.model)

    @property
    def windows(self) -> Sequence[Any]:
        """The series as they came."""
        return [each.series for each in self.asked.inputs]

    def request(self, manifest: Manifest) -> ForecastRequest:
        """The request, free of the protocol. Raises InvalidRequest."""
        inputs = self.asked.inputs
        frequencies = [_frequency(each, index, manifest) for index, each in enumerate(inputs)]
        timed = [each.start_timestamp is not None for each in inputs]
        if any(timed) and not all(timed):
            raise InvalidRequest(
                "expected a start_timestamp with each series, or with none", ("inputs", timed.index(False))
            )
        times = [WindowTimes(freq=each) for each in frequencies] if manifest.spec.any_length else None
        if all(timed):
            times = [_times(each, index, frequencies[index], manifest) for index, each in enumerate(inputs)]
        return ForecastRequest(
            windows=[each.series for each in inputs],
            horizon=self.asked.options.horizon,
            model=self.model,
            levels=sorted(set(self.levels.values())),
            times=times,
            covariates=SentCovariates(*(self._covariates(kind) for kind in KINDS)),
            seasons=[_seasons(each) for each in inputs],
        )

    def location(self, location: Location) -> Location:
        """Where in the body a location lies."""
        match location:
            case ("windows", int() as index, *rest):
                return ("inputs", index, "series", *rest)
            case ("times", int() as index, *_):
                return ("inputs", index, "start_timestamp")
            case ("times", *_):
                return ("inputs", 0, "start_timestamp")
            case ("seasons", int() as index):
                return ("inputs", index, "season")
            case ("seasons",):
                return ("inputs",)
            case ("future" | "past" | "static" as kind, int() as index, *rest):
                return ("inputs", index, kind, *rest)
            case ("future" | "past" | "static" as kind,):
                return ("inputs", 0, kind)
            case ("horizon",):
                return ("options", "horizon")
            case ("levels", *_):
                return ("options", "quantiles")
        return location

    def encode(self, forecast: Forecast) -> bytes:
        """An output for each series."""
        warnings = warnings_of(forecast)
        content = {
            "id": str(uuid.uuid4()),
            "created_at": int(time.time()),
            "status": "completed",
            "error": None,
            "model": forecast.manifest.title,
            "outputs": [self._output(index, each, forecast) for index, each in enumerate(self.asked.inputs)],
            "usage": None,
            **({"warnings": warnings} if warnings else {}),
        }
        return to_json(content)

    def _output(self, index: int, sent: TimeSeriesInput, forecast: Forecast) -> dict[str, Any]:
        def told(values: NDArray[np.float64]) -> Any:
            """Shape (windows, horizon, targets); rows for a series of rows."""
            return (values[index] if isinstance(sent.series[0], list) else values[index, :, 0]).tolist()

        content = {
            "type": sent.type,
            "name": sent.name,
            "mean_forecast": told(forecast.predictions),
            "frequency": sent.frequency,
            "start_timestamp": "" if forecast.timestamps is None else _as_sent(forecast.timestamps[index][0], sent),
            "quantiles": {
                str(each): told(self._quantile(each, forecast)) for each in self.asked.options.quantiles or ()
            }
            or None,
        }
        output_id = str(uuid.uuid4())
        return {
            "type": "time_series_forecast",
            "id": output_id,
            "status": "completed",
            "content": [content],
            "error": None,
        }

    def _quantile(self, quantile: float, forecast: Forecast) -> NDArray[np.float64]:
        """A bound of the interval that the quantile is of; of 0.5 the forecast itself."""
        level = self.levels.get(quantile)
        if level is None:
            return forecast.predictions
        bounds = forecast.intervals[level]
        return bounds.lower if quantile < 0.5 else bounds.upper

    def _covariates(self, kind: str) -> list[Any] | None:
        sent = [getattr(each, kind) for each in self.asked.inputs]
        return None if all(each is None for each in sent) else [each or {} for each in sent]


def read_series(body: bytes) -> TimeSeries:
    """A body of /v1/timeseries/forecast, checked. Raises pydantic.ValidationError and InvalidRequest."""
    asked = TimeSeriesRequest.model_validate_json(body)
    check_all_names(body)
    # Rounded, as 1 - 2 · 0.05 is no 0.9 in floating point.
    levels = {each: round(100 * abs(1 - 2 * each), 9) for each in asked.options.quantiles or () if each != 0.5}
    if len(set(levels.values())) > MAX_LEVELS:
        raise InvalidRequest(f"expected quantiles of at most {MAX_LEVELS} intervals", ("options", "quantiles"))
    return TimeSeries(asked, levels)


def _seasons(sent: TimeSeriesInput) -> tuple[int, ...] | None:
    if sent.season is None:
        return None
    return (sent.season,) if isinstance(sent.season, int) else tuple(sent.season)


def _frequency(sent: TimeSeriesInput, index: int, manifest: Manifest) -> str:
    """The time between a series' values. Raises InvalidRequest.

    The protocol knows single units alone. A model whose own frequency is several of one, such as 30m, is asked with
    that unit.
    """
    where: Location = ("inputs", index, "frequency")
    own: str | None = manifest.spec.frequency
    unit = _SHORT.get(sent.frequency, sent.frequency)
    if unit not in UNITS:
        raise InvalidRequest(f"expected one of {listed([*UNITS, *_SHORT])}", where)
    if own is None:
        return UNITS[unit]
    if unit != (needed := unit_of(parse_frequency(own))):
        raise InvalidRequest(
            f"{manifest.title} was trained on values {own} apart: send those, with the frequency {needed}", where
        )
    return own


def unit_of(frequency: Frequency) -> str:
    """The largest unit that a frequency is a whole number of; seconds where there is none."""
    for unit in reversed(UNITS):
        months, microseconds = parse_frequency(UNITS[unit])
        size, count = (months, frequency.months) if frequency.months else (microseconds, frequency.microseconds)
        if size and count % size == 0:
            return unit
    return "second"


def _times(sent: TimeSeriesInput, index: int, frequency: str, manifest: Manifest) -> WindowTimes:
    """The time of a series' last value. Raises InvalidRequest."""
    try:
        start = WindowTimes(end=sent.start_timestamp, freq=frequency).time_index(1, manifest.spec)
        return WindowTimes(end=start.moved(len(sent.series) - 1).end.isoformat(), freq=frequency)
    except InvalidRequest as error:
        raise error.at(("inputs", index, "start_timestamp")) from None


def _as_sent(timestamp: str, sent: TimeSeriesInput) -> str:
    """A time with a Z for UTC, where the series' own had one: some clients read no other form."""
    return timestamp.replace("+00:00", "Z") if (sent.start_timestamp or "").endswith("Z") else timestamp
