"""Between the event loop and the engine: requests there, predictions back."""

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from models.engine.engine import Engine
from models.engine.prefill import prefill
from models.engine.request import RequestSlice, RolloutRequest
from models.engine.stats import CallStats, count_call
from models.inference.forecaster import Forecaster, ForecastInputs
from service.dispatch.coalescer import Coalescer
from service.dispatch.latency import CallLatency

Array = NDArray[np.float32]

# Handing work to another thread and back takes about this long; what takes less is computed at once.
HAND_OVER_S = 150e-6


class Dispatcher:
    """Answers forecasts for coroutines of one event loop, on the engine's threads.

    Next values that take less than the hand-over to another thread are computed at once, in the event loop.
    `coalescer` is for who can join several requests into one.
    """

    def __init__(self, threads: int) -> None:
        self._loop = asyncio.get_running_loop()
        self._engine = Engine(threads, self._deliver)
        self._waiting: dict[RolloutRequest, tuple[asyncio.Future[None], float]] = {}
        self._at_once = CallStats()
        self.coalescer = Coalescer()

    async def forecast(
        self, forecaster: Forecaster, inputs: ForecastInputs, latency: CallLatency | None = None
    ) -> Array:
        """What the network predicts, shape (windows, horizon, targets), in the network's units.

        Where the coroutine is cancelled, the request is given up: its work ends at the engine's next tick.
        """
        request = RolloutRequest.of(forecaster, inputs)
        done = self._begin(request, latency)
        try:
            await done
        except BaseException:
            self._engine.cancel(request)
            raise
        finally:
            del self._waiting[request]
        return request.predictions

    async def stream(
        self, forecaster: Forecaster, inputs: ForecastInputs, latency: CallLatency | None = None
    ) -> AsyncGenerator[Array]:
        """The same, piece by piece as it comes: the next steps of all windows, shape (windows, steps, targets).

        Where the generator is closed or its coroutine cancelled, the request is given up.
        """
        request, news, sent = RolloutRequest.of(forecaster, inputs), asyncio.Event(), 0
        request.tell_by(partial(self._tell, news))
        done = self._begin(request, latency)
        done.add_done_callback(lambda _: news.set())
        try:
            while sent < request.horizon:
                await news.wait()
                news.clear()
                if done.done():
                    done.result()  # raises what kept the network from running
                reached = request.horizon if done.done() else int(request.reached.min())
                if reached > sent:
                    piece, sent = request.predictions[:, sent:reached], reached
                    yield piece
        except BaseException:
            done.cancel()
            self._engine.cancel(request)
            raise
        finally:
            del self._waiting[request]

    def _tell(self, news: asyncio.Event) -> None:
        """Called on a compute thread."""
        self._loop.call_soon_threadsafe(news.set)

    def _begin(self, request: RolloutRequest, latency: CallLatency | None) -> asyncio.Future[None]:
        """Have a request computed; the future is done when it is, or has failed."""
        done = self._loop.create_future()
        self._waiting[request] = done, time.monotonic()
        if latency is not None and request.is_short and latency.of_rows(len(request.contexts)) < HAND_OVER_S:
            self._run(request)
        else:
            if latency is not None:
                length = request.spec.window if request.is_short else request.spec.step_length
                request.cell_step_s = latency.of_cell_step(length, request.spec.window)
            self._engine.submit(request)
            time.sleep(0)  # lets a compute thread have the interpreter, and begin while the loop goes on
        return done

    def wait_s(self, *, short: bool) -> float:
        """How long the engine takes for what it has: next values, or rollouts."""
        return self._engine.wait_s(short=short)

    def cell_steps(self, *, short: bool) -> int:
        """How many cell steps of these are left."""
        return self._engine.cell_steps(short=short)

    def oldest_s(self) -> float:
        """How long the request that has waited longest has waited; 0 where none waits."""
        return time.monotonic() - next(iter(self._waiting.values()))[1] if self._waiting else 0.0

    def rows(self) -> int:
        """How many rows are rolling out at the moment."""
        return self._engine.rows()

    def under_way(self) -> int:
        """How many forecasts have begun and are not answered."""
        return len(self._waiting) + self.coalescer.waiting

    def stats(self) -> CallStats:
        """How often networks were called so far, and with how many rows."""
        return CallStats.total([self._engine.stats(), self._at_once])

    def stop(self) -> None:
        """Stop the engine's threads."""
        self._engine.stop()

    def _run(self, request: RolloutRequest) -> None:
        """Compute next values here and now."""
        rows = len(request.contexts)
        count_call(self._at_once.first_calls, rows)
        try:
            prefill(request.network, [RequestSlice(request, 0, rows)])
        except Exception as error:  # whatever went wrong is the request's answer
            request.error = error
        self._resolve([request])

    def _deliver(self, requests: Sequence[RolloutRequest]) -> None:
        """Called on a compute thread."""
        self._loop.call_soon_threadsafe(self._resolve, requests)

    def _resolve(self, requests: Sequence[RolloutRequest]) -> None:
        for request in requests:
            done, _ = self._waiting.get(request, (None, 0.0))
            if done is None or done.done():
                continue
            if request.error is None:
                done.set_result(None)
            else:
                done.set_exception(request.error)
