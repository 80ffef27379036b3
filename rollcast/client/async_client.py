"""The client for coroutines: as rollcast/client/client.py, and every answer is awaited."""

import asyncio
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Self, TypeVar, Unpack

import httpx

from rollcast.client import calls
from rollcast.client.calls import Call, ModelSummary
from rollcast.client.forecast import Forecast, forecasts_of
from rollcast.client.request import ForecastOptions, ManyOptions, asked_of, asked_of_many
from rollcast.client.retries import Retries
from rollcast.client.series import Window
from rollcast.client.steps import AsyncStepStream

T = TypeVar("T")


class AsyncClient:
    """Asks a service for forecasts; may be used by many tasks, and in an `async with` that closes its connections.

    Every method raises Problem where the service tells one, ConnectionFailed where no answer came, and ClientError
    where what was given can't be sent.
    """

    def __init__(
        self,
        url: str,
        *,
        api_key: str | None = None,
        timeout_s: float = calls.TIMEOUT_S,
        retries: Retries | None = None,
        http: httpx.AsyncClient | None = None,
    ) -> None:
        """`api_key` is that of the variable ROLLCAST_API_KEY where none is given.

        `http` may be a client of one's own, with its own timeouts, certificates and proxies; it is not closed here.
        """
        self._url, self._headers = calls.base_url(url), calls.key_headers(api_key)
        self._retries = retries or Retries()
        self._own_http = http is None
        self._http = http or httpx.AsyncClient(timeout=timeout_s)

    async def predict(self, window: Window, **options: Unpack[ForecastOptions]) -> Forecast:
        """Forecast the values after a series' last one; rollcast/client/request.py has the options.

        The series is oldest first: numbers, or rows of one number for each feature of the model.
        """
        asked = asked_of(window, options)
        return forecasts_of(await self.send(asked.body), asked.sources, many=False)[0]

    async def predict_many(self, windows: Sequence[Window], **options: Unpack[ManyOptions]) -> list[Forecast]:
        """Forecast many series in one request; times and covariates are lists, with one item for each series."""
        asked = asked_of_many(windows, options)
        return forecasts_of(await self.send(asked.body), asked.sources, many=True)

    async def stream(self, window: Window, **options: Unpack[ForecastOptions]) -> AsyncStepStream:
        """The same as `predict`, step by step as the service computes them.

        Iterate over it, in an `async with` where one may leave before the last step. `paths` and `adapt` need whole
        forecasts.
        """
        asked = asked_of(window, options)
        call = calls.stream_call(asked.body)
        response = await self._answer(call)
        call.check(response)
        return AsyncStepStream(response, asked.sources[0])

    async def send(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """What POST /predict answers to a body that is as docs/api.md has it."""
        return await self._result(calls.predict_call(body))

    async def models(self) -> list[ModelSummary]:
        """Every name in the service's registry."""
        return await self._result(calls.models_call())

    async def model(self, name: str) -> ModelSummary:
        """One of them."""
        return await self._result(calls.model_call(name))

    async def card(self, name: str, version: int | None = None) -> dict[str, Any]:
        """All that is known of a version; by default of the one that the bare name means."""
        return await self._result(calls.card_call(name, version or calls.known_version(await self.model(name))))

    async def aclose(self) -> None:
        """Close the connections."""
        if self._own_http:
            await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        await self.aclose()

    async def _result(self, call: Call[T]) -> T:
        return call.result(await self._answer(call))

    async def _answer(self, call: Call[Any]) -> httpx.Response:
        """The answer to a call, good or bad, after as many attempts as it takes."""
        attempts = self._retries.begin()
        while True:
            request = self._http.build_request(
                call.method, self._url + call.path, content=call.content, headers={**self._headers, **call.headers}
            )
            try:
                response = await self._http.send(request, stream=call.streams)
                if not response.is_success:
                    await response.aread()
            except httpx.TransportError as error:
                pause_s: float | None = attempts.after_error(error)
            else:
                pause_s = attempts.after_answer(response)
                if pause_s is None:
                    return response
            await asyncio.sleep(pause_s or 0.0)
