"""One exchange in any protocol: a body is read where it holds nobody up, its forecast made, and the answer written."""

import math
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from typing import Any, Protocol, TypeVar

from starlette.types import Receive

from models.errors import InvalidRequest, Location
from models.references import Reference
from models.spec.manifest import Manifest
from service import serving
from service.dependencies import ServiceState
from service.dispatch.patience import Patience
from service.forecast_steps import ForecastEnd, ForecastPiece
from service.forecasting import Forecast, ForecastRequest
from service.http.json_checks import check_size
from service.telemetry.record import note_values

MAX_INLINE_BODY_BYTES = 1 << 15  # a larger one would hold up the event loop, and is parsed in a thread

Piece = ForecastPiece | ForecastEnd

T_co = TypeVar("T_co", covariant=True)
T = TypeVar("T")
Q = TypeVar("Q", bound="Question[Any]")


class Question(Protocol[T_co]):
    """What a protocol read in a body: all that it takes to forecast, and to answer in the protocol's own words."""

    @property
    def model(self) -> Reference | None:
        """Which model is asked."""

    @property
    def windows(self) -> Sequence[Any]:
        """The windows as they came."""

    def request(self, manifest: Manifest) -> ForecastRequest:
        """The request, free of the protocol. Raises InvalidRequest."""

    def location(self, location: Location) -> Location:
        """Where in the body, as it was sent, a location in the ForecastRequest lies."""

    def encode(self, forecast: Forecast) -> T_co:
        """What is answered."""


async def exchange(
    body: bytes,
    receive: Receive,
    state: ServiceState,
    read: Callable[[bytes], Question[T_co]],
    json_length: int | None = None,
    at_most_s: float = math.inf,
) -> T_co:
    """Answer a body that has come in full, within the deadline and as long as its client waits.

    Its first `json_length` bytes are JSON, or all of them; `at_most_s` bounds the deadline of the settings. `read`
    looks at the body, in a thread where it is large.
    Raises RollcastError, ProblemException and pydantic's ValidationError, for service/http/problems.py to word.
    """
    with Patience(min(state.settings.timeout_s, at_most_s), receive):
        question, small = await _read(body, state, read, json_length)
        try:
            model = await serving.model_of(question.model, state)
            request = question.request(model.manifest)
            return await serving.answer(request, model, state, question.encode, small=small)
        except InvalidRequest as error:
            raise error.at(question.location(error.location)) from None


async def streamed(
    body: bytes,
    receive: Receive,
    state: ServiceState,
    read: Callable[[bytes], Q],
    begin: Callable[[AsyncGenerator[Piece], Q], Awaitable[T]],
) -> T:
    """The same in pieces: what `begin` makes of them, which waits for the first one."""
    with Patience(state.settings.timeout_s, receive):
        question, small = await _read(body, state, read)
        return await begin(_pieces(question, state, small=small), question)


async def _read(
    body: bytes, state: ServiceState, read: Callable[[bytes], Q], json_length: int | None = None
) -> tuple[Q, bool]:
    """What a body asks, and whether it is small enough to be looked at in the event loop."""
    settings = state.settings
    check_size(body[:json_length], settings.max_values, settings.max_lists)
    small = len(body) <= MAX_INLINE_BODY_BYTES
    question = read(body) if small else await state.admission.bulk.run_on(body, read)
    if settings.log_windows:
        note_values(question.windows)
    return question, small


async def _pieces(question: Question[Any], state: ServiceState, *, small: bool) -> AsyncGenerator[Piece]:
    """A forecast in pieces; what fails names the place in the body as it was sent."""
    try:
        model = await serving.model_of(question.model, state)
        request = question.request(model.manifest)
        async with aclosing(serving.stream(request, model, state, small=small)) as pieces:
            async for piece in pieces:
                yield piece
    except InvalidRequest as error:
        raise error.at(question.location(error.location)) from None
