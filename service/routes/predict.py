"""POST /predict: a window in, its next values out."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from typing import Any, NamedTuple

import numpy as np
from fastapi import APIRouter, Request, Response
from numpy.typing import NDArray
from pydantic_core import to_json
from starlette.types import Receive, Scope

from models import errors
from models.errors import InvalidRequest, Location
from models.inference.sent_covariates import KINDS, NO_COVARIATES, SentCovariates
from models.references import Reference, parse_reference
from models.seasonal.adjusted_windows import MOST_SEASONS
from models.spec.covariate import CovariateKind
from models.spec.manifest import Manifest
from service.dependencies import ServiceState, state_of
from service.exchange import exchange, streamed
from service.forecasting import Forecast, ForecastRequest, level_name, warnings_of
from service.http import problems
from service.http.body import read_json
from service.http.json_checks import check_names
from service.routes.streams import DOCUMENTED, Piece, StreamedForecast, stream_format
from service.schemas.predict import PredictRequest, PredictResponse
from service.window_seasons import answered_seasons, is_found
from service.window_times import WindowTimes

_MODEL = problems.MODEL_PROBLEMS

router = APIRouter(tags=["forecast"])


@router.post(
    "/predict",
    response_model=PredictResponse,
    summary="Forecast a series' next values",
    responses=DOCUMENTED
    | problems.documented(
        (problems.MALFORMED_JSON, "the body must be one JSON object; Invalid JSON: EOF while parsing a value"),
        (_MODEL[errors.UnknownModel], 'no model is named "sine-lst"; did you mean sine-lstm?'),
        (problems.BODY_TOO_LARGE, "the body may have at most 1048576 bytes; send fewer windows at a time"),
        (
            problems.BODY_TOO_LARGE,
            "the body may hold at most 60000 lists, but 340002 came; send fewer windows",
        ),
        (problems.UNSUPPORTED_MEDIA_TYPE, "the body must be JSON: send the header Content-Type: application/json"),
        (_MODEL[errors.InvalidWindow], "window: the window has 8 values; sine-lstm@1 needs at least 10"),
        (problems.INVALID_REQUEST, "window[3]: expected a valid number, but text came"),
        (
            problems.INVALID_REQUEST,
            "timestamps[3]: expected a time 30m after the one before it, but it is 1h: values must be evenly spaced",
        ),
        (
            problems.INVALID_REQUEST,
            "timestamps: demand@1 takes in the day, week of each value: send the window's timestamps, or its last "
            'value\'s time as end with freq "30m"',
        ),
        (problems.INVALID_REQUEST, "season: sine-lstm@1 learned its series' seasons in training: leave season out"),
        (problems.INVALID_REQUEST, "horizon: expected each field once, but this one came again: send one of them"),
        (problems.INVALID_REQUEST, "levels: sine-lstm@1 has no calibrated intervals: leave levels out"),
        (
            problems.INVALID_REQUEST,
            "levels: a level of 99 needs more than the 40 errors that intervals were calibrated on: ask for at most "
            "97.56",
        ),
        (_MODEL[errors.InvalidHorizon], "horizon: the horizon may be at most 10000, not 20000"),
        (_MODEL[errors.RefusedVersion], "sine-lstm@1 is not served: model.onnx can't be read"),
        (_MODEL[errors.Overloaded], "too much waits to be answered already, about 2.3 s of work; ask again in 3 s"),
        (problems.STOPPING, problems.STOPS),
        (_MODEL[errors.ForecastTimeout], "the forecast was given up: it took longer than 60 s; ask for fewer steps"),
        (problems.INTERNAL_ERROR, "something went wrong here, not in the request; the log says what"),
    ),
)
async def predict(request: Request) -> Response:
    """Send a window of recent values in the series' own units; get the next value, or the next `horizon` of them.

    With `Accept: application/x-ndjson` or `text/event-stream` steps come as they are computed: a line or an event for
    each, then one with `done`. A stream that fails after its first step ends with one that holds the problem, `error`.
    """
    found = await answer(request.scope, request.receive, state_of(request))
    return found if isinstance(found, Response) else Response(found, media_type="application/json")


async def answer(scope: Scope, receive: Receive, state: ServiceState) -> bytes | Response:
    """The JSON that answers a request, or a stream where one is asked for.

    Every error is raised for service/http/problems.py to put into words.
    """
    body = await read_json(scope, receive, state.settings.max_body_bytes)
    written = stream_format(scope)
    if written is None:
        return await exchange(body, receive, state, read)
    deadline = asyncio.get_running_loop().time() + state.settings.timeout_s

    async def begin(pieces: AsyncGenerator[Piece], prediction: Prediction) -> Response:
        return await StreamedForecast.begun(pieces, written, deadline, many=prediction.asked.windows is not None)

    return await streamed(body, receive, state, read, begin)


class Prediction(NamedTuple):
    """A request to /predict, as an exchange takes it; `forecast` is the same, free of the protocol."""

    asked: PredictRequest
    forecast: ForecastRequest

    @property
    def model(self) -> Reference | None:
        """Which model is asked."""
        return self.forecast.model

    @property
    def windows(self) -> Sequence[Any]:
        """The windows as they came."""
        return [self.asked.window] if self.asked.windows is None else self.asked.windows

    def request(self, _: Manifest) -> ForecastRequest:
        """The request, free of the protocol."""
        return self.forecast

    def location(self, location: Location) -> Location:
        """Where in the body a location lies."""
        return location_in(self.asked, location)

    def encode(self, forecast: Forecast) -> bytes:
        """The JSON of a forecast."""
        return to_json(response_content(forecast, many=self.asked.windows is not None))


def read(body: bytes) -> Prediction:
    """A request's JSON, as an exchange takes it."""
    asked = parse(body)
    return Prediction(asked, forecast_request(asked))


def parse(body: bytes) -> PredictRequest:
    """A request's JSON, checked. Raises pydantic.ValidationError, and InvalidRequest where a field came twice."""
    asked = PredictRequest.model_validate_json(body)
    check_names(body, asked.model_fields_set)
    return asked


def forecast_request(asked: PredictRequest) -> ForecastRequest:
    """The same request, free of the protocol.

    Raises InvalidRequest where its times, covariates or seasons have another form than windows.
    """
    return ForecastRequest(
        windows=[asked.window] if asked.windows is None else asked.windows,  # type: ignore[list-item]
        horizon=asked.horizon,
        model=None if asked.model is None else parse_reference(asked.model),
        levels=asked.levels or (),
        times=_times(asked) if asked.timed else None,
        covariates=_all_covariates(asked),
        adapt=asked.adapt,
        paths=asked.paths or 0,
        seed=asked.seed or 0,
        seasons=_seasons(asked),
    )


def location_in(asked: PredictRequest, location: Location) -> Location:
    """Where in the request, as it was sent, a location in its ForecastRequest lies."""
    match location:
        case ("windows", int() as index, *rest):
            return ("window", *rest) if asked.windows is None else ("windows", index, *rest)
        case ("windows",) if asked.windows is None:
            return ("window",)
        case ("times", int() as index, str() as name, *rest):
            listed = asked.windows is not None and isinstance(getattr(asked, name), list)
            return (name, index, *rest) if listed else (name, *rest)
        case ("times", str() as name):
            return (name,)
        case ("seasons", *rest):
            return ("season", *rest) if asked.windows is not None and isinstance(asked.season, list) else ("season",)
        case ("future" | "past" | "static" as kind, int(), *rest) if asked.windows is None:
            return (kind, *rest)
    return location


def response_content(forecast: Forecast, *, many: bool) -> dict[str, Any]:
    """A forecast as PredictResponse has it.

    One window's numbers are a list, those of `many` a list of lists; with several targets each step is a row.
    """
    content: dict[str, Any] = {
        "model": forecast.manifest.name,
        "version": forecast.manifest.version,
        "predictions": _nested(forecast.predictions, many),
    }
    if forecast.timestamps is not None:
        content["timestamps"] = forecast.timestamps if many else forecast.timestamps[0]
    if forecast.intervals:
        content["intervals"] = {
            level_name(level): {"lower": _nested(bounds.lower, many), "upper": _nested(bounds.upper, many)}
            for level, bounds in forecast.intervals.items()
        }
    if forecast.paths is not None:
        content["paths"] = _nested(forecast.paths, many)
    if is_found(forecast.found):
        content["season"] = answered_seasons(forecast.found, many=many)
    warnings = warnings_of(forecast.manifest, forecast.out_of_range, forecast.unseen, many=many)
    if warnings:
        content["warnings"] = warnings
    return content


def _nested(values: NDArray[np.float64], many: bool) -> Any:
    """Numbers of shape (windows, …, targets) as lists, without the axes that the request did not ask for."""
    if values.shape[-1] == 1:
        values = values[..., 0]
    return (values if many else values[0]).tolist()


def _all_covariates(asked: PredictRequest) -> SentCovariates:
    if asked.model_fields_set.isdisjoint(KINDS):  # as a rule none
        return NO_COVARIATES
    return SentCovariates(*(_covariates(asked, kind) for kind in KINDS))


def _covariates(asked: PredictRequest, kind: CovariateKind) -> list[dict[str, Any]] | None:
    """The covariates of a kind of each window. Raises InvalidRequest where they have another form than windows."""
    sent = getattr(asked, kind)
    if sent is None:
        return None
    if isinstance(sent, list) != (asked.windows is not None):
        wanted = "one object, as window came" if asked.windows is None else "a list of objects, one for each window"
        raise InvalidRequest(f"expected {wanted}", (kind,))
    return sent if isinstance(sent, list) else [sent]


def _times(asked: PredictRequest) -> list[WindowTimes]:
    """What tells each window's times. Raises InvalidRequest, its location a field of the request."""
    if asked.timestamps is not None and asked.end is not None:
        raise InvalidRequest(
            "send either timestamps (each value's time) or end (the last value's), but both came", ("timestamps",)
        )
    each = {name: _of_each_window(asked, name) for name in ("timestamps", "end", "freq")}
    return [WindowTimes(*fields) for fields in zip(each["timestamps"], each["end"], each["freq"], strict=True)]


def _seasons(asked: PredictRequest) -> list[tuple[int, ...] | None] | None:
    """The seasons of each window. Raises InvalidRequest where they have another form than windows."""
    season, windows = asked.season, asked.windows
    if season is None:
        return None
    if not isinstance(season, list):
        return [(season,)] * asked.count
    if windows is None:
        own = tuple(each for each in season if isinstance(each, int))
        if len(own) < len(season) or len(own) > MOST_SEASONS:
            raise InvalidRequest(
                f"expected a number with window, or a list of at most {MOST_SEASONS} numbers", ("season",)
            )
        return [own]
    if len(season) != len(windows):
        raise InvalidRequest(
            f"expected a number for all windows, or a list with an item for each of the {len(windows)}, but "
            f"{len(season)} came; several seasons of one window are a list in it",
            ("season",),
        )
    return [None if each is None else (each,) if isinstance(each, int) else tuple(each) for each in season]


_FORMS = ("text", "a list of texts", "a list of lists of texts")


def _of_each_window(asked: PredictRequest, name: str) -> Sequence[Any]:
    """What a field says of each window: a text, or for timestamps a list of texts; freq may be one text for all."""
    sent = getattr(asked, name)
    if sent is None or (name == "freq" and isinstance(sent, str)):
        return [sent] * asked.count
    needed = (name == "timestamps") + (asked.windows is not None)
    actual = 0 if isinstance(sent, str) else 2 if sent and isinstance(sent[0], list) else 1
    if actual != needed:
        beside = "window" if asked.windows is None else "windows"
        raise InvalidRequest(f"expected {_FORMS[needed]} with {beside}, but {_FORMS[actual]} came", (name,))
    each: Sequence[Any] = [sent] if asked.windows is None else sent
    if len(each) != asked.count:
        raise InvalidRequest(f"expected one for each of the {asked.count} windows, but {len(each)} came", (name,))
    return each
