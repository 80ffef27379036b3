"""POST /predict: a window in, its next values out."""

from typing import Any

import anyio
import numpy as np
from fastapi import APIRouter, Request, Response
from numpy.typing import NDArray
from pydantic_core import to_json
from starlette.types import Receive, Scope

from models.errors import InvalidHorizon, InvalidRequest, InvalidWindow
from models.forecaster import Question
from models.names import parse_reference
from service.body import read_json
from service.catalog import Opened
from service.schemas import PredictRequest, PredictResponse
from service.state import State, state_of

# Bodies and answers beyond this would hold up the event loop, and are read and written in a thread.
SMALL_BYTES, SMALL_ANSWER = 1 << 15, 10_000


router = APIRouter(tags=["forecast"])


@router.post("/predict", response_model=PredictResponse, summary="Forecast a series' next values")
async def predict(request: Request) -> Response:
    """Send a window of recent values in the series' own units; get the next value, or the next `horizon` of them."""
    return Response(await answer(request.scope, request.receive, state_of(request)), media_type="application/json")


async def answer(scope: Scope, receive: Receive, state: State) -> bytes:
    """The JSON that answers a request; every error is raised for service/problems.py to put into words."""
    body = await read_json(scope, receive, state.settings.max_body_bytes)
    small = len(body) <= SMALL_BYTES
    asked = parse(body) if small else await anyio.to_thread.run_sync(parse, body)
    reference = None if asked.model is None else parse_reference(asked.model)
    opened = state.catalog.at_hand(reference)
    if opened is None:
        opened = await anyio.to_thread.run_sync(state.catalog.find, reference)
    _check_size(asked, opened, state)
    question = _question(asked, opened) if small else await anyio.to_thread.run_sync(_question, asked, opened)
    predictions = await state.dispatcher.forecast(
        opened.forecaster, question, state.settings.timeout_s, opened.cost, receive
    )
    if predictions.size <= SMALL_ANSWER:
        return _json(asked, opened, question, predictions)
    return await anyio.to_thread.run_sync(_json, asked, opened, question, predictions)


def parse(body: bytes) -> PredictRequest:
    """A request's JSON, checked. Raises pydantic.ValidationError."""
    return PredictRequest.model_validate_json(body)


def _check_size(asked: PredictRequest, opened: Opened, state: State) -> None:
    """Raise InvalidRequest where the answer would be larger than the service gives, or can't be given."""
    settings, manifest = state.settings, opened.manifest
    windows = 1 if asked.windows is None else len(asked.windows)
    if asked.horizon > settings.max_horizon:
        raise InvalidHorizon(f"the horizon may be at most {settings.max_horizon}, not {asked.horizon}", ("horizon",))
    size = windows * asked.horizon * len(manifest.targets)
    if size > settings.max_predictions:
        raise InvalidHorizon(
            f"one answer may hold at most {settings.max_predictions} values, but {windows} windows and a horizon of "
            f"{asked.horizon} make {size}: send fewer windows at a time",
            ("horizon",),
        )
    if asked.levels is not None:
        raise InvalidRequest(
            f"{manifest.name}@{manifest.version} has no calibrated intervals: leave levels out", ("levels",)
        )


def _question(asked: PredictRequest, opened: Opened) -> Question:
    """The request made ready for the network."""
    windows: Any = [asked.window] if asked.windows is None else asked.windows
    try:
        return opened.forecaster.question(windows, asked.horizon)
    except InvalidWindow as error:
        raise InvalidWindow(str(error), _place(asked, error)) from None
    except InvalidHorizon as error:
        raise InvalidHorizon(str(error), ("horizon",)) from None


def _json(asked: PredictRequest, opened: Opened, question: Question, predictions: NDArray[np.float32]) -> bytes:
    """The answer's JSON, in raw units."""
    try:
        raw = opened.forecaster.answers(question, predictions)
    except InvalidWindow as error:
        raise InvalidWindow(str(error), _place(asked, error)) from None
    if raw.shape[-1] == 1:
        raw = raw[..., 0]
    return to_json(
        {
            "model": opened.manifest.name,
            "version": opened.manifest.version,
            "predictions": (raw[0] if asked.windows is None else raw).tolist(),
        }
    )


def _place(asked: PredictRequest, error: InvalidWindow) -> tuple[str | int, ...]:
    """Where in the request a window's fault lies."""
    window, *rest = error.location or (0,)
    return ("window", *rest) if asked.windows is None else ("windows", window, *rest)
