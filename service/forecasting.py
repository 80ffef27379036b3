"""A forecast, whoever asks: the request that every protocol, the command and a Python caller make, and its answer.

A protocol (service/routes/) turns what it read into a `ForecastRequest`, and a `Forecast` into what it answers. The
locations of errors are paths in the ForecastRequest, such as ("windows", 2, 5) or ("times", 0, "freq").
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.engine.offline import predict_offline
from models.errors import InvalidHorizon, InvalidRequest, InvalidWindow, Location
from models.inference.any_windows import SentSeasons
from models.inference.covariates import Codes
from models.inference.forecaster import Forecaster, ForecastInputs
from models.inference.input_windows import Windows
from models.inference.sent_covariates import NO_COVARIATES, SentCovariates
from models.intervals.conformal import Bounds
from models.intervals.sample_paths import check_paths
from models.references import Reference
from models.spec.manifest import Manifest
from models.text import listed
from models.timeseries.time_index import TimeIndex
from service.replays import Replays, of_window, target_values
from service.window_seasons import told_seasons
from service.window_times import WindowTimes, freq_alone

Array = NDArray[np.float64]

MAX_NAMED = 5  # windows or columns that one warning names; it counts the others


NO_REPLAYS = Replays()


class ForecastRequest(NamedTuple):
    """What is asked: windows in raw units, oldest value first, and how far to forecast.

    `model` is None where the registry holds one name. `levels` asks for intervals, each in percent. `times` has what
    tells each window's times, `covariates` the values of each window's, and `seasons` each window's, in values: None of
    one whose season its frequency tells, or else the window itself. `adapt` has intervals follow what windows
    longer than the context show; `paths` asks for so many sample paths of each, drawn by `seed`.
    """

    windows: Windows
    horizon: int = 1
    model: Reference | None = None
    levels: Sequence[float] = ()
    times: Sequence[WindowTimes] | None = None
    covariates: SentCovariates = NO_COVARIATES
    adapt: bool = False
    paths: int = 0
    seed: int = 0
    seasons: SentSeasons | None = None

    @property
    def is_plain(self) -> bool:
        """Whether it is one window, of which at most the season is told, and asks for forecasts and intervals alone."""
        told_more = self.times is not None or self.covariates != NO_COVARIATES
        return len(self.windows) == 1 and not (told_more or self.adapt or self.paths)


class PreparedRequest(NamedTuple):
    """A request that was checked and made ready for the network.

    `error_bounds` are those of each level, shape (horizon, targets), in units of each forecast's error scale. After the
    rows of the windows the inputs have those of their `replays`: forecasts from earlier origins in them.
    """

    asked: ForecastRequest
    inputs: ForecastInputs
    error_bounds: Mapping[float, Bounds]
    timestamps: list[list[str]] | None = None
    unseen: Mapping[str, str] = MappingProxyType({})
    replays: Replays = NO_REPLAYS

    @property
    def asked_inputs(self) -> ForecastInputs:
        """The inputs without those of replays."""
        return self.inputs.first(len(self.asked.windows))


class Forecast(NamedTuple):
    """The answer: each window's next values in raw units, shape (windows, horizon, targets).

    `intervals` has the bounds of each level, of the predictions' shape. `timestamps` are each window's, where its times
    are known. `paths` has shape (windows, paths, horizon, targets). `out_of_range` are the indexes of windows with
    values far outside those of training, and `unseen` a category that training never saw, by covariate. `found` are
    the seasons that were found in windows, where a model takes in seasons: None of one whose seasons were told.
    """

    manifest: Manifest
    predictions: Array
    intervals: Mapping[float, Bounds]
    timestamps: list[list[str]] | None = None
    out_of_range: tuple[int, ...] = ()
    unseen: Mapping[str, str] = MappingProxyType({})
    paths: Array | None = None
    found: tuple[tuple[int, ...] | None, ...] = ()

    def of_window(self, index: int) -> "Forecast":
        """That of one of the windows, where they are those of plain requests."""
        one = slice(index, index + 1)
        intervals = {level: Bounds(each.lower[one], each.upper[one]) for level, each in self.intervals.items()}
        out_of_range = (0,) if index in self.out_of_range else ()
        found = self.found[one]
        return Forecast(self.manifest, self.predictions[one], intervals, out_of_range=out_of_range, found=found)


def prepare(request: ForecastRequest, forecaster: Forecaster) -> PreparedRequest:
    """Check a request and make it ready for the network. Raises InvalidRequest and the errors below it."""
    spec, windows = forecaster.spec, request.windows
    indexes = timestamps = None
    if request.times is not None and request.horizon > 0 and not (spec.any_length and freq_alone(request.times)):
        indexes = [_time_index(request, forecaster, index) for index in range(len(request.times))]
        timestamps = [_times_ahead(request, each, index) for index, each in enumerate(indexes)]
    seasons = request.seasons
    if spec.any_length:
        seasons = told_seasons(seasons, request.times, indexes, [len(window) for window in windows])
    replays = _replays(request, forecaster, seasons)
    if indexes is not None:
        indexes = replays.times(windows, indexes)
    codes, unseen = _codes(request, forecaster, replays)
    try:
        inputs = forecaster.prepare(
            replays.windows(windows), request.horizon, indexes, codes, replays.row_seasons(seasons)
        )
    except InvalidWindow as error:
        raise of_window(error, replays) from None
    except InvalidHorizon as error:
        raise error.at(("horizon",)) from None
    except InvalidRequest as error:
        raise error.at(times_location(request, error.location)) from None
    if replays.found:
        inputs = inputs._replace(found=replays.found)
    error_bounds = {level: forecaster.error_bounds(level, request.horizon) for level in request.levels}
    if request.paths:
        try:
            check_paths(forecaster.intervals, request.horizon, forecaster.title)
        except InvalidRequest as error:
            raise error.at(("paths",)) from None
    return PreparedRequest(request, inputs, error_bounds, timestamps, unseen, replays)


def finish(
    manifest: Manifest, forecaster: Forecaster, prepared: PreparedRequest, predictions: NDArray[np.float32]
) -> Forecast:
    """The answer, from what the network predicted: shape (rows, horizon, columns), in the network's units.

    Raises InvalidWindow where a number is not finite.
    """
    asked, inputs, own = prepared.asked, prepared.inputs, prepared.asked_inputs
    count = len(asked.windows)
    try:
        raw = forecaster.to_raw(inputs, predictions)
        forecasts, intervals, paths = raw[:count], {}, None
        if prepared.error_bounds or asked.paths:
            scale = forecaster.error_scale(inputs, predictions)
            bounds = {level: scale.bounds(each) for level, each in prepared.error_bounds.items()}
            if prepared.replays.origins:
                windows = target_values(asked.windows, forecaster.spec)
                bounds = {level: prepared.replays.adapt(each, level, windows, raw) for level, each in bounds.items()}
            intervals = {level: finite_interval(forecaster, own, forecasts, each) for level, each in bounds.items()}
            if asked.paths:
                paths = forecaster.paths(own, scale.of_rows(slice(count)), forecasts, asked.paths, asked.seed)
    except InvalidWindow as error:
        raise of_window(error, prepared.replays) from None
    told = prepared.timestamps, own.out_of_range, prepared.unseen
    return Forecast(manifest, forecasts, intervals, *told, paths, own.found)


def forecast_now(request: ForecastRequest, manifest: Manifest, forecaster: Forecaster) -> Forecast:
    """Forecast without a service, in this process and on every core; `request.model` is not looked at.

    Raises InvalidRequest and the errors below it.
    """
    prepared = prepare(request, forecaster)
    return finish(manifest, forecaster, prepared, predict_offline(forecaster, prepared.inputs))


def level_name(level: float) -> str:
    """A level as it was sent: 80 or 97.5."""
    return repr(level).removesuffix(".0")


def out_of_range_warning(manifest: Manifest, names: Sequence[str]) -> str:
    """A sentence on windows with values far outside those of training; the first few are named."""
    more = [f"{len(names) - MAX_NAMED} more"] if len(names) > MAX_NAMED else []
    who = f"{listed([*names[:MAX_NAMED], *more])} {'holds' if len(names) == 1 else 'hold'}"
    what = "values" if manifest.spec.difference is None else "changes"
    return f"{who} {what} far outside those of training{_training_range(manifest)}: the forecast may be far off"


def _training_range(manifest: Manifest) -> str:
    """The range of the training rows, where it can be told in the series' own units."""
    spec, data = manifest.spec, manifest.data
    if spec.difference is not None or spec.scaler.kind == "context":
        return ""
    ranges = [f"{low:.6g} to {high:.6g}" for low, high in zip(data.minimum, data.maximum, strict=True)]
    if len(ranges) > 1:
        ranges = [f"{name} {span}" for name, span in zip(spec.features, ranges, strict=True)][:MAX_NAMED]
    more = [f"{len(spec.features) - MAX_NAMED} more columns"] if len(spec.features) > MAX_NAMED else []
    return f" (trained on {listed(ranges + more)})"


def _replays(request: ForecastRequest, forecaster: Forecaster, seasons: SentSeasons | None) -> Replays:
    """The earlier origins that the request's intervals follow. Raises InvalidRequest."""
    if not request.adapt:
        return NO_REPLAYS
    if not request.levels:
        raise InvalidRequest("adapt is for intervals: send levels with it, or leave adapt out", ("adapt",))
    try:
        return Replays.within(request.windows, forecaster, seasons)
    except InvalidWindow as error:
        raise error.within("windows") from None


def _codes(request: ForecastRequest, forecaster: Forecaster, replays: Replays) -> tuple[Codes | None, dict[str, str]]:
    """The codes of the request's covariates, and categories that are not known. Raises InvalidRequest.

    Windows and horizons that are too short or too long have none: they are refused before these are looked at.
    """
    spec, horizon, sent = forecaster.spec, request.horizon, request.covariates
    if not (spec.future or spec.past or spec.static or any(sent)):  # most models take in none
        return None, {}
    lengths = [len(window) for window in request.windows]
    too_far = spec.max_horizon is not None and horizon > spec.max_horizon
    if horizon < 1 or too_far or min(lengths, default=0) < spec.least_context:
        return None, {}
    codes, unseen = sent.codes(spec, forecaster.title, lengths, horizon)
    if codes is not None and replays.origins:
        codes, _ = replays.covariates(sent, horizon).codes(spec, forecaster.title, replays.lengths(lengths), horizon)
    return codes, unseen


def unseen_warnings(unseen: Mapping[str, str]) -> list[str]:
    """A sentence for each covariate with a category that training never saw."""
    return [
        f"{name} is {value!r}, which training never saw: it is taken for none of the known ones"
        for name, value in unseen.items()
    ]


def warnings_of(manifest: Manifest, out_of_range: Sequence[int], unseen: Mapping[str, str], *, many: bool) -> list[str]:
    """What an answer warns of; one window has no index."""
    warnings = unseen_warnings(unseen)
    if out_of_range:
        names = [f"windows[{index}]" for index in out_of_range] if many else ["the window"]
        warnings.append(out_of_range_warning(manifest, names))
    return warnings


def _time_index(request: ForecastRequest, forecaster: Forecaster, index: int) -> TimeIndex:
    times, window = (request.times or ())[index], request.windows[index]
    try:
        return times.time_index(len(window), forecaster.spec)
    except InvalidRequest as error:
        raise error.within("times", index) from None


def _times_ahead(request: ForecastRequest, times: TimeIndex, index: int) -> list[str]:
    try:
        return times.ahead(request.horizon)
    except InvalidRequest as error:  # they would pass the last year
        raise error.at(times_location(request, ("end", index))) from None


def times_location(request: ForecastRequest, location: Location) -> Location:
    """Where in the request the fault of a window's time index lies; the forecaster names a field, then the window."""
    match location:
        case ("seasons", *_):
            return location
        case (str() as name, int() as index):
            times = (request.times or ())[index]
            if getattr(times, name) is None:  # what was sent in place of it
                name = "end" if times.timestamps is None else "timestamps"
            return ("times", index, name)
        case (_, *_):
            return ("times", *location)
    return ()


def finite_interval(forecaster: Forecaster, inputs: ForecastInputs, raw: Array, error_bounds: Bounds) -> Bounds:
    """The interval around forecasts, all finite. Raises InvalidWindow, its location the window's index."""
    bounds = forecaster.interval(inputs, raw, error_bounds)
    finite = (np.isfinite(bounds.lower) & np.isfinite(bounds.upper)).all(axis=(1, 2))
    if not finite.all():
        raise InvalidWindow(
            "the interval is not a finite number: the window's values are too large for it", (int(np.argmin(finite)),)
        )
    return bounds
