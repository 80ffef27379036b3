"""POST /predict: a window in, its next values out."""

import time
from functools import partial
from typing import Annotated

import anyio
import numpy as np
from fastapi import APIRouter, Depends, Request, Response
from numpy.typing import NDArray
from pydantic_core import to_json

from models.errors import InvalidHorizon, InvalidRequest, InvalidWindow
from models.names import parse_reference
from service.body import read_json
from service.catalog import Opened
from service.schemas import PredictRequest, PredictResponse
from service.state import State, state_of

router = APIRouter(tags=["forecast"])


@router.post("/predict", response_model=PredictResponse, summary="Forecast a series' next values")
async def predict(request: Request, state: Annotated[State, Depends(state_of)]) -> Response:
    """Send a window of recent values in the series' own units; get the next value, or the next `horizon` of them."""
    body = await read_json(request, state.settings.max_body_bytes)
    deadline = time.monotonic() + state.settings.timeout_s  # from here on, so that waiting for a thread counts
    answer = await anyio.to_thread.run_sync(partial(_answer, body, state, deadline), limiter=state.compute)
    return Response(answer, media_type="application/json")


def _answer(body: bytes, state: State, deadline: float) -> bytes:
    """From a request's bytes to its answer's, in a worker thread."""
    asked = PredictRequest.model_validate_json(body)
    opened = state.catalog.find(None if asked.model is None else parse_reference(asked.model))
    windows = [asked.window] if asked.windows is None else asked.windows
    _check_size(asked, len(windows), opened, state)
    try:
        predictions = opened.forecaster.forecast(windows, asked.horizon, deadline=deadline)  # type: ignore[arg-type]
    except InvalidWindow as error:
        place, *rest = error.location or (0,)
        location = ("window", *rest) if asked.windows is None else ("windows", place, *rest)
        raise InvalidWindow(str(error), location) from None
    except InvalidHorizon as error:
        raise InvalidHorizon(str(error), ("horizon",)) from None
    return to_json(
        {
            "model": opened.manifest.name,
            "version": opened.manifest.version,
            "predictions": _nested(predictions, one_window=asked.windows is None),
        }
    )


def _check_size(asked: PredictRequest, windows: int, opened: Opened, state: State) -> None:
    """Raise InvalidRequest where the answer would be larger than the service gives, or can't be given."""
    settings, manifest = state.settings, opened.manifest
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


def _nested(predictions: NDArray[np.float64], *, one_window: bool) -> object:
    """Predictions of shape (windows, horizon, targets) as the answer nests them."""
    if predictions.shape[-1] == 1:
        predictions = predictions[..., 0]
    return (predictions[0] if one_window else predictions).tolist()
