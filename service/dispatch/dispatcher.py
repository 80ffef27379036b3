"""Between the event loop and the engine: requests there, predictions back."""

import asyncio
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from starlette.requests import ClientDisconnect
from starlette.types import Receive

from models.engine.engine import Engine
from models.engine.request import RolloutRequest
from models.errors import ForecastTimeout
from models.inference.forecaster import Forecaster, ForecastInputs
from service.inline_batch import InlineBatch
from service.latency import CallLatency

Array = NDArray[np.float32]

# A forecast that is not done by then is watched for its client's leaving; for one that is, watching takes longer.
PATIENCE_S = 0.05


class Dispatcher:
    """Answers forecasts for coroutines of one event loop, on the engine's threads.

    Next values that take less than the hand-over to another thread are computed in the event loop
    (service/inline_batch.py).
    """

    def __init__(self, threads: int) -> None:
        self._loop = asyncio.get_running_loop()
        self._engine = Engine(threads, self._deliver)
        self._waiting: dict[RolloutRequest, asyncio.Future[None]] = {}
        self._inline_batch = InlineBatch(self._loop, self._resolve)

    async def forecast(
        self,
        forecaster: Forecaster,
        inputs: ForecastInputs,
        timeout_s: float,
        latency: CallLatency | None = None,
        receive: Receive | None = None,
    ) -> Array:
        """What the network predicts, shape (windows, horizon, targets), in the network's units.

        `receive` tells when the client goes away. Raises ForecastTimeout and ClientDisconnect; where that happens, or
        the coroutine is cancelled, the engine gives the request up.
        """
        request = RolloutRequest.of(forecaster, inputs)
        done = self._waiting[request] = self._loop.create_future()
        if self._inline_batch.suits(request, latency):
            self._inline_batch.add(request)
        else:
            self._engine.submit(request)
        watches: list[asyncio.Task[None]] = []
        patience_s = min(PATIENCE_S, timeout_s)
        timer = self._loop.call_later(
            patience_s, lambda: watches.append(self._loop.create_task(_watch(done, timeout_s - patience_s, receive)))
        )
        try:
            await done
        except BaseException as error:
            self._engine.cancel(request)
            if isinstance(error, TimeoutError):
                raise ForecastTimeout(
                    f"the forecast was given up: it took longer than {timeout_s:g} s; ask for fewer steps or windows"
                ) from None
            raise
        finally:
            timer.cancel()
            for watch in watches:
                watch.cancel()
            del self._waiting[request]
        return request.predictions

    def rows(self) -> int:
        """How many rows are rolling out at the moment."""
        return self._engine.rows()

    def stop(self) -> None:
        """Stop the engine's threads."""
        self._engine.stop()

    def _deliver(self, requests: Sequence[RolloutRequest]) -> None:
        """Called on a compute thread."""
        self._loop.call_soon_threadsafe(self._resolve, requests)

    def _resolve(self, requests: Sequence[RolloutRequest]) -> None:
        for request in requests:
            done = self._waiting.get(request)
            if done is None or done.done():
                continue
            if request.error is None:
                done.set_result(None)
            else:
                done.set_exception(request.error)


async def _watch(done: asyncio.Future[None], left_s: float, receive: Receive | None) -> None:
    """Fail a future once its time is up or its client has gone."""
    error: Exception = ClientDisconnect()
    try:
        async with asyncio.timeout(left_s):
            if receive is None:
                await asyncio.Event().wait()
            else:
                await receive()  # the body is read, so this comes back when the connection ends
    except TimeoutError as late:
        error = late
    if not done.done():
        done.set_exception(error)
