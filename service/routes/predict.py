"""POST /predict: a window in, its next values out."""

from typing import Any, NamedTuple

import anyio
import numpy as np
from fastapi import APIRouter, Request, Response
from numpy.typing import NDArray
from pydantic_core import to_json
from starlette.types import Receive, Scope

from models.errors import InvalidHorizon, InvalidRequest, InvalidWindow
from models.inference.forecaster import ForecastInputs
from models.references import parse_reference
from service.dependencies import ServiceState, state_of
from service.forecasting import answer_of, half_widths
from service.http.body import read_json
from service.model_store import LoadedModel
from service.schemas.predict import PredictRequest, PredictResponse
from service.window_times import place_of_times, read_axes, times_ahead

# Bodies, times and answers beyond this would hold up the event loop, and are left to a thread.
SMALL_BYTES, SMALL_TIMES, SMALL_ANSWER = 1 << 15, 1_000, 10_000

router = APIRouter(tags=["forecast"])


class Ready(NamedTuple):
    """A request that was checked and made ready for the network."""

    prepared: ForecastInputs
    timestamps: list[list[str]] | None = None
    halves: dict[str, NDArray[np.float64]] | None = None


@router.post("/predict", response_model=PredictResponse, summary="Forecast a series' next values")
async def predict(request: Request) -> Response:
    """Send a window of recent values in the series' own units; get the next value, or the next `horizon` of them."""
    return Response(await answer(request.scope, request.receive, state_of(request)), media_type="application/json")


async def answer(scope: Scope, receive: Receive, state: ServiceState) -> bytes:
    """The JSON that answers a request; every error is raised for service/http/problems.py to put into words."""
    body = await read_json(scope, receive, state.settings.max_body_bytes)
    small = len(body) <= SMALL_BYTES
    asked = parse(body) if small else await anyio.to_thread.run_sync(parse, body)
    reference = None if asked.model is None else parse_reference(asked.model)
    opened = state.catalog.get_if_loaded(reference)
    if opened is None:
        opened = await anyio.to_thread.run_sync(state.catalog.find, reference)
    _check_size(asked, opened, state)
    if asked.timed:
        small = small and asked.count * (opened.manifest.context_length + asked.horizon) <= SMALL_TIMES
    ready = _ready(asked, opened) if small else await anyio.to_thread.run_sync(_ready, asked, opened)
    predictions = await state.dispatcher.forecast(
        opened.forecaster, ready.prepared, state.settings.timeout_s, opened.cost, receive
    )
    size = predictions.size
    if ready.halves:
        size *= 1 + 2 * len(ready.halves)
    if size <= SMALL_ANSWER:
        return _json(asked, opened, ready, predictions)
    return await anyio.to_thread.run_sync(_json, asked, opened, ready, predictions)


def parse(body: bytes) -> PredictRequest:
    """A request's JSON, checked. Raises pydantic.ValidationError."""
    return PredictRequest.model_validate_json(body)


def _check_size(asked: PredictRequest, opened: LoadedModel, state: ServiceState) -> None:
    """Raise InvalidHorizon where the answer would be larger than the service gives."""
    settings = state.settings
    if asked.horizon > settings.max_horizon:
        raise InvalidHorizon(f"the horizon may be at most {settings.max_horizon}, not {asked.horizon}", ("horizon",))
    each = len(opened.manifest.targets)
    if asked.levels is not None:
        each *= 1 + 2 * len(asked.levels)
    if asked.timed:
        each += 1
    size = asked.count * asked.horizon * each
    if size > settings.max_predictions:
        of_each = "" if each == 1 else f", each with {each} values,"
        raise InvalidHorizon(
            f"one answer may hold at most {settings.max_predictions} values, but {asked.count} windows and a horizon "
            f"of {asked.horizon}{of_each} make {size}: send fewer windows at a time",
            ("horizon",),
        )


def _ready(asked: PredictRequest, opened: LoadedModel) -> Ready:
    """The request checked and made ready for the network."""
    forecaster = opened.forecaster
    windows: Any = [asked.window] if asked.windows is None else asked.windows
    axes = read_axes(asked, forecaster.spec) if asked.timed else None
    timestamps = None if axes is None else times_ahead(asked, axes)
    try:
        prepared = forecaster.prepare(windows, asked.horizon, axes)
    except InvalidWindow as error:
        raise InvalidWindow(str(error), _place(asked, error)) from None
    except InvalidHorizon as error:
        raise InvalidHorizon(str(error), ("horizon",)) from None
    except InvalidRequest as error:
        raise InvalidRequest(str(error), place_of_times(asked, error.location)) from None
    if asked.levels is None:
        return Ready(prepared, timestamps)
    return Ready(prepared, timestamps, half_widths(forecaster, prepared, asked.levels))


def _json(asked: PredictRequest, opened: LoadedModel, ready: Ready, predictions: NDArray[np.float32]) -> bytes:
    """The answer's JSON, in raw units."""
    prepared, timestamps, halves = ready
    many = asked.windows is not None
    try:
        raw = opened.forecaster.to_raw(prepared, predictions)
        return to_json(answer_of(opened.manifest, prepared, raw, many=many, timestamps=timestamps, halves=halves))
    except InvalidWindow as error:
        raise InvalidWindow(str(error), _place(asked, error)) from None


def _place(asked: PredictRequest, error: InvalidWindow) -> tuple[str | int, ...]:
    """Where in the request a window's fault lies."""
    window, *rest = error.location or (0,)
    return ("window", *rest) if asked.windows is None else ("windows", window, *rest)
