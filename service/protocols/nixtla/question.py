"""A request of Nixtla's, as an exchange takes it: windows cut out of its series, and their forecasts in one list."""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import accumulate, groupby
from operator import attrgetter
from typing import Any

import numpy as np
from pydantic_core import to_json

from models.errors import InvalidName, InvalidRequest, Location, UnknownModel
from models.references import Reference, parse_reference
from models.spec.manifest import Manifest
from models.text import printable
from models.timeseries.frequency import parse_frequency
from service.forecasting import Forecast, ForecastRequest, level_name
from service.http.json_checks import check_all_names
from service.protocols.named_tensors import warnings_of
from service.protocols.nixtla import schemas
from service.protocols.nixtla.cuts import Cut, in_sample_horizon, known, newest
from service.protocols.nixtla.exogenous import Exogenous
from service.protocols.nixtla.offsets import frequency_of
from service.window_times import WindowTimes


class SeriesQuestion:
    """Forecasts of series that lie one after another in one list: of what follows each, or of what is known of it."""

    def __init__(self, asked: schemas.NixtlaForecastRequest | schemas.NixtlaCrossValidationRequest) -> None:
        self._asked = asked
        self._y = np.array(asked.series.y, np.float64)
        self._cuts: Sequence[Cut] = ()
        self._horizon = asked.h
        self.model = model_of(asked.model)

    @property
    def windows(self) -> Sequence[Any]:
        """The series as they came."""
        y, sizes = self._asked.series.y, self._asked.series.sizes
        return [y[end - size : end] for size, end in zip(sizes, accumulate(sizes), strict=True)]

    def request(self, manifest: Manifest) -> ForecastRequest:
        """The request, free of the protocol. Raises InvalidRequest."""
        asked, spec = self._asked, manifest.spec
        if len(spec.features) > 1:
            raise InvalidRequest(
                f"{manifest.title} takes in {len(spec.features)} columns, but y is one: ask POST /predict",
                ("series", "y"),
            )
        if isinstance(asked, schemas.NixtlaCrossValidationRequest):
            least = spec.least_context if spec.any_length else spec.context_length
            self._horizon = in_sample_horizon(asked, least)
            cuts = known(asked, spec.context_length, least)
            exogenous = Exogenous.of(asked.series, manifest, asked.hist_exog, ahead=False)
        else:
            cuts = newest(asked.series.sizes, spec.context_length)
            exogenous = Exogenous.of(asked.series, manifest, None, ahead=True)
        self._cuts = cuts
        return ForecastRequest(
            windows=[self._y[cut.begin : cut.end] for cut in cuts],
            horizon=self._horizon,
            model=self.model,
            levels=asked.level or (),
            times=self._times(manifest, cuts),
            covariates=exogenous.covariates(manifest, cuts, self._horizon),
        )

    def location(self, location: Location) -> Location:
        """Where in the body a location lies."""
        match location:
            case ("windows", int() as index, int() as value, *_):
                return ("series", "y", self._cuts[index].begin + value)
            case ("windows", int() as index):
                return ("series", "sizes", self._cuts[index].series)
            case ("future" | "past" | "static", *_):
                return ("series", "X")
            case ("times", *_):
                return ("series", "start_datetime")
            case ("horizon",):
                return ("h",)
            case ("levels", *_):
                return ("level",)
        return location

    def encode(self, forecast: Forecast) -> bytes:
        """The forecasts of all windows, one after another."""
        intervals = {
            f"{side}-{level_name(level)}": bound.ravel().tolist()
            for level, bounds in forecast.intervals.items()
            for side, bound in (("lo", bounds.lower), ("hi", bounds.upper))
        }
        content: dict[str, Any] = {
            "mean": forecast.predictions.ravel().tolist(),
            "intervals": intervals or None,
            "weights_x": None,
            "feature_contributions": None,
        }
        if isinstance(self._asked, schemas.NixtlaCrossValidationRequest):
            horizon, count = self._horizon, len(self._asked.series.sizes)
            content["idxs"] = [place for cut in self._cuts for place in range(cut.end, cut.end + horizon)]
            content["sizes"] = (horizon * np.bincount([cut.series for cut in self._cuts], minlength=count)).tolist()
        if warnings := warnings_of(forecast):
            content["warnings"] = warnings
        return to_json(content)

    def _times(self, manifest: Manifest, cuts: Sequence[Cut]) -> list[WindowTimes] | None:
        """What tells each window's times, where the model takes them in, or its season. Raises InvalidRequest."""
        asked, spec = self._asked, manifest.spec
        starts = asked.series.start_datetime
        if starts is None:  # times are whole numbers, for which the client says MS, or of a clock that it can't tell
            if spec.needs_times:
                raise InvalidRequest(
                    f"{manifest.title} takes in the {spec.time_inputs} of each value: send times in UTC, or in a time "
                    "zone without daylight saving time",
                    ("series", "start_datetime"),
                )
            return None
        if asked.freq is not None and spec.frequency is not None and not _same(asked.freq, spec.frequency):
            raise InvalidRequest(
                f"{manifest.title} was trained on values {spec.frequency} apart: send those, not {asked.freq!r}",
                ("freq",),
            )
        if spec.any_length:
            frequency = None if asked.freq is None else frequency_of(asked.freq)
            return None if frequency is None else [WindowTimes(freq=str(frequency))] * len(cuts)
        if not spec.needs_times:
            return None
        found, begins = [], [0, *accumulate(asked.series.sizes)]
        for index, of_series in groupby(cuts, attrgetter("series")):
            steps = np.array([cut.end - 1 - begins[index] for cut in of_series])
            try:
                start = WindowTimes(end=starts[index]).time_index(1, spec)
                ends = start.at(steps).astype(datetime)
            except InvalidRequest as error:
                raise error.at(("series", "start_datetime", index)) from None
            zone = start.end.tzinfo
            found += [WindowTimes(end=end.replace(tzinfo=UTC).astimezone(zone).isoformat()) for end in ends]
        return found


def _same(offset: str, frequency: str) -> bool:
    return frequency_of(offset) == parse_frequency(frequency)


def model_of(name: str | None) -> Reference | None:
    """Which model is asked. Raises UnknownModel, also for a name that none can have, as Nixtla's own have a dot."""
    try:
        return None if name is None else parse_reference(name)
    except InvalidName:
        raise UnknownModel(f'no model is named "{printable(name or "")}": set model to one of GET /v2/models') from None


def read_forecast(body: bytes) -> SeriesQuestion:
    """A body of /v2/forecast, checked. Raises pydantic.ValidationError, InvalidRequest and UnknownModel."""
    asked = schemas.NixtlaForecastRequest.model_validate_json(body)
    check_all_names(body)
    return SeriesQuestion(asked)


def read_cross_validation(body: bytes) -> SeriesQuestion:
    """A body of /v2/cross_validation, checked. Raises as `read_forecast`."""
    asked = schemas.NixtlaCrossValidationRequest.model_validate_json(body)
    check_all_names(body)
    return SeriesQuestion(asked)
