"""Between the event loop and the engine: requests there, forecasts back."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from starlette.requests import ClientDisconnect
from starlette.types import Receive

from models.engine.batch import RolloutRequest
from models.engine.engine import Engine
from models.errors import ForecastTimeout
from models.inference.forecaster import Forecaster, ForecastInputs
from models.inference.step_inputs import window_inputs

Array = NDArray[np.float32]

# Handing work to another thread and back takes about this long, and what takes less is done at once.
HAND_OVER_S = 150e-6
# A forecast that is not done by then is watched for its client's leaving; for one that is, watching takes longer.
PATIENCE_S = 0.05


class Cost(NamedTuple):
    """How long one window call of a model takes: so much, and so much more for each row."""

    call_s: float
    row_s: float

    @classmethod
    def of(cls, forecaster: Forecaster, rows: int = 8) -> "Cost":
        """Measure it, which warms the model up as well."""
        spec = forecaster.spec

        def fastest_s(rows: int) -> float:
            inputs = np.zeros((spec.window, rows, spec.channels), np.float32)
            times = []
            for _ in range(3):
                begun = time.perf_counter()
                forecaster.network(inputs)
                times.append(time.perf_counter() - begun)
            return min(times)

        one, many = fastest_s(1), fastest_s(rows)
        row_s = max(0.0, (many - one) / (rows - 1))
        return cls(max(0.0, one - row_s), row_s)


class Dispatcher:
    """Answers forecasts for coroutines of one event loop, on the engine's threads.

    Next values that take less than the hand-over to another thread are computed in the event loop, all that
    came in one turn of it in one call.
    """

    def __init__(self, threads: int) -> None:
        self._loop = asyncio.get_running_loop()
        self._engine = Engine(threads, self._deliver)
        self._waiting: dict[RolloutRequest, asyncio.Future[None]] = {}
        self._soon: defaultdict[Forecaster, list[RolloutRequest]] = defaultdict(list)

    async def forecast(
        self,
        forecaster: Forecaster,
        prepared: ForecastInputs,
        timeout_s: float,
        cost: Cost | None = None,
        receive: Receive | None = None,
    ) -> Array:
        """What the network predicts, shape (windows, horizon, targets), in its units.

        `receive` tells when the client goes away. Raises ForecastTimeout and ClientDisconnect; where that happens, or
        the coroutine is cancelled, the engine gives the request up.
        """
        rows = len(prepared.contexts)
        job = RolloutRequest(
            forecaster.network, forecaster.spec, prepared.contexts, prepared.horizon, prepared.calendar
        )
        done = self._waiting[job] = self._loop.create_future()
        if cost is not None and job.short and cost.call_s + rows * cost.row_s < HAND_OVER_S:
            if not self._soon:
                self._loop.call_soon(self._compute_soon)
            self._soon[forecaster].append(job)
        else:
            self._engine.submit(job)
        watches: list[asyncio.Task[None]] = []
        patience_s = min(PATIENCE_S, timeout_s)
        timer = self._loop.call_later(
            patience_s, lambda: watches.append(self._loop.create_task(_watch(done, timeout_s - patience_s, receive)))
        )
        try:
            await done
        except BaseException as error:
            self._engine.cancel(job)
            if isinstance(error, TimeoutError):
                raise ForecastTimeout(
                    f"the forecast was given up: it took longer than {timeout_s:g} s; ask for fewer steps or windows"
                ) from None
            raise
        finally:
            timer.cancel()
            for watch in watches:
                watch.cancel()
            del self._waiting[job]
        return job.predictions

    def rows(self) -> int:
        """How many rows are rolling out at the moment."""
        return self._engine.rows()

    def stop(self) -> None:
        """Stop the engine's threads."""
        self._engine.stop()

    def _deliver(self, jobs: Sequence[RolloutRequest]) -> None:
        """Called on a compute thread."""
        self._loop.call_soon_threadsafe(self._resolve, jobs)

    def _resolve(self, jobs: Sequence[RolloutRequest]) -> None:
        for job in jobs:
            done = self._waiting.get(job)
            if done is None or done.done():
                continue
            if job.error is None:
                done.set_result(None)
            else:
                done.set_exception(job.error)

    def _compute_soon(self) -> None:
        """Compute what has come since the last turn of the event loop."""
        soon, self._soon = self._soon, defaultdict(list)
        for forecaster, jobs in soon.items():
            try:
                spec, network = forecaster.spec, forecaster.network
                contexts = np.concatenate([job.contexts for job in jobs])
                known = [job.calendar[:, : spec.window] for job in jobs if job.calendar is not None]
                output, _ = network(window_inputs(spec, contexts, np.concatenate(known) if known else None))
            except Exception as error:  # whatever went wrong is these requests' answer
                for job in jobs:
                    job.error = error
            else:
                first = 0
                for job in jobs:
                    its = output[first : first + len(job.contexts)]
                    job.predictions[:] = its.reshape(len(its), spec.outputs, -1)[:, : job.horizon]
                    first += len(job.contexts)
            self._resolve(jobs)


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
