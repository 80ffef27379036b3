"""A forecast in the running service: the model, the size of the answer, the event loop and its threads."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from functools import partial
from typing import TypeVar

from models.errors import InvalidHorizon
from models.intervals.adaptation import MAX_REPLAYS
from models.references import Reference
from models.spec.manifest import Manifest
from service.dependencies import ServiceState
from service.forecast_steps import ForecastEnd, ForecastPiece, ForecastSteps, check_streamed
from service.forecasting import Forecast, ForecastRequest, PreparedRequest, finish, prepare
from service.lifecycle.snapshot import LoadedModel
from service.settings import Settings
from service.telemetry.record import note_forecast

# More times and numbers than this would hold up the event loop, and are left to a thread.
MAX_INLINE_TIMES, MAX_INLINE_ANSWER_VALUES = 1_000, 10_000
MAX_INLINE_ADJUSTED = 30  # windows of any length and season, each of which takes some 0.3 ms to adjust
# Of one answer: those of a turn's requests together are few enough then as well, and who is left alone by another that
# leaves has not waited for long.
MAX_JOINED_VALUES = 500
MAX_PIECE_LINES = 500  # of a stream, which are made in one turn of the event loop: some milliseconds

T = TypeVar("T")


async def model_of(reference: Reference | None, state: ServiceState) -> LoadedModel:
    """The model that a request names, opened where it was not. Raises RollcastError."""
    model = state.models.get_if_loaded(reference)
    return await state.models.get(reference, state.settings.timeout_s) if model is None else model


async def answer(
    request: ForecastRequest,
    model: LoadedModel,
    state: ServiceState,
    encode: Callable[[Forecast], T],
    *,
    small: bool = True,
) -> T:
    """Forecast in the running service; `encode` makes what is answered, its bytes above all.

    `small` tells whether the request's windows are few enough numbers to be looked at in the event loop. Raises
    RollcastError, Overloaded where too much work is before it.
    """
    # 1. Is there room for it?
    size = _admit(request, model, state)
    # 2. It is forecast with others of its kind that came at the same time, which spares the interpreter much work.
    if small and request.is_plain and size <= MAX_JOINED_VALUES:
        kind = model.forecaster, request.horizon, tuple(request.levels)
        ask_all = partial(_answer_all, model, state)
        forecast = await state.dispatcher.coalescer.ask(kind, request, ask_all)
        if forecast is not None:
            return encode(forecast)
    # 3. Check the request and make it ready.
    prepared = await _prepared(request, model, state, small=small)
    forecaster, bulk = model.forecaster, state.admission.bulk
    # 4. Run the network.
    predictions = await state.dispatcher.forecast(forecaster, prepared.inputs, model.latency)

    # 5. Back to raw units, and to bytes.
    def encoded() -> T:
        return encode(finish(model.manifest, forecaster, prepared, predictions))

    if predictions.size * (1 + 2 * len(prepared.error_bounds) + request.paths) <= MAX_INLINE_ANSWER_VALUES:
        return encoded()
    return await bulk.run(encoded)


async def stream(
    request: ForecastRequest, model: LoadedModel, state: ServiceState, *, small: bool = True
) -> AsyncGenerator[ForecastPiece | ForecastEnd]:
    """The same step by step: pieces as they are computed, then what is told at the end.

    Raises InvalidRequest as well where whole forecasts are needed. Where the generator is closed, the work ends.
    """
    check_streamed(request)
    _admit(request, model, state)
    prepared = await _prepared(request, model, state, small=small)
    steps = ForecastSteps(model.forecaster, prepared)
    most = max(1, MAX_PIECE_LINES // len(request.windows))
    async with aclosing(state.dispatcher.stream(model.forecaster, prepared.inputs, model.latency)) as computed:
        async for predictions in computed:
            for first in range(0, predictions.shape[1], most):
                yield steps.next(predictions[:, first : first + most])
                await asyncio.sleep(0)  # others take their turns
    yield steps.end(model.manifest)


async def _answer_all(model: LoadedModel, state: ServiceState, requests: Sequence[ForecastRequest]) -> list[Forecast]:
    """The forecasts of requests that differ in their one window and its seasons alone, made as those of one.

    Raises RollcastError.
    """
    windows = [each.windows[0] for each in requests]
    seasons = [None if each.seasons is None else each.seasons[0] for each in requests]
    prepared = prepare(requests[0]._replace(windows=windows, seasons=seasons), model.forecaster)
    state.metrics.traffic.observe(model.manifest, prepared.inputs, len(windows))
    predictions = await state.dispatcher.forecast(model.forecaster, prepared.inputs, model.latency)
    together = finish(model.manifest, model.forecaster, prepared, predictions)
    return [together.of_window(index) for index in range(len(windows))]


def _admit(request: ForecastRequest, model: LoadedModel, state: ServiceState) -> int:
    """How many values the answer will hold. Raises RollcastError where that is too much, or too much work waits."""
    note_forecast(model.manifest, request.horizon, len(request.windows))
    size = check_size(request, model.manifest, state.settings)
    state.admission.check_engine(short=request.horizon <= model.manifest.spec.outputs)
    return size


async def _prepared(
    request: ForecastRequest, model: LoadedModel, state: ServiceState, *, small: bool
) -> PreparedRequest:
    """The request made ready for its model. Raises RollcastError."""
    forecaster, spec = model.forecaster, model.manifest.spec
    small = small and not request.adapt
    if request.times is not None:
        looked_at = sum(min(len(window), spec.context_length) + request.horizon for window in request.windows)
        small = small and looked_at <= MAX_INLINE_TIMES
    if spec.any_length:
        small = small and len(request.windows) <= MAX_INLINE_ADJUSTED
    bulk = state.admission.bulk
    prepared = prepare(request, forecaster) if small else await bulk.run(lambda: prepare(request, forecaster))
    state.metrics.traffic.observe(model.manifest, prepared.asked_inputs)
    return prepared


def check_size(request: ForecastRequest, manifest: Manifest, settings: Settings) -> int:
    """How many values the answer will hold. Raises InvalidHorizon where they are more than the service gives."""
    if request.horizon > settings.max_horizon:
        raise InvalidHorizon(f"the horizon may be at most {settings.max_horizon}, not {request.horizon}", ("horizon",))
    of_paths = request.paths + (MAX_REPLAYS if request.adapt else 0)
    each = len(manifest.spec.targets) * (1 + 2 * len(request.levels) + of_paths) + (request.times is not None)
    windows = len(request.windows)
    size = windows * request.horizon * each
    if size > settings.max_predictions:
        of_each = "" if each == 1 else f", each with {each} values,"
        raise InvalidHorizon(
            f"one answer may hold at most {settings.max_predictions} values, but {windows} windows and a horizon of "
            f"{request.horizon}{of_each} make {size}: send fewer windows at a time",
            ("horizon",),
        )
    return size
