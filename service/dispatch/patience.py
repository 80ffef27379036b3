"""How long a request is worked on: until its deadline, and as long as its client is there."""

import asyncio
from types import TracebackType
from typing import Self

from starlette.requests import ClientDisconnect
from starlette.types import Receive

from models.errors import ForecastTimeout

# A request that is not answered by then is watched for its client's leaving; for one that is, watching takes longer.
UNWATCHED_S = 0.05


class Patience:
    """A block that ends with ForecastTimeout after `timeout_s`, and with ClientDisconnect once the client goes away.

    The body must have been read by then: `receive` next tells that the connection has ended. What the block waits for
    is cancelled; used in a `with` of the coroutine that answers the request.
    """

    def __init__(self, timeout_s: float, receive: Receive | None = None) -> None:
        self._timeout_s, self._receive = timeout_s, receive
        self._watch: asyncio.Task[None] | None = None
        self._error: Exception | None = None

    def __enter__(self) -> Self:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 (a coroutine runs in a task)
        self._task, loop = task, asyncio.get_running_loop()
        unwatched_s = min(UNWATCHED_S, self._timeout_s)
        self._timer = loop.call_later(unwatched_s, self._begin, loop.time() + self._timeout_s)
        return self

    def __exit__(self, _: type[BaseException] | None, error: BaseException | None, __: TracebackType | None) -> None:
        self._timer.cancel()
        if self._watch is not None:
            self._watch.cancel()
        if self._error is not None and self._task.uncancel() == 0 and isinstance(error, asyncio.CancelledError):
            raise self._error from None

    def _begin(self, deadline: float) -> None:
        self._watch = asyncio.get_running_loop().create_task(self._until(deadline))

    async def _until(self, deadline: float) -> None:
        """Cancel the block's task at the deadline, or when the client has gone."""
        try:
            async with asyncio.timeout_at(deadline):
                if self._receive is None:
                    await asyncio.Event().wait()
                else:
                    await self._receive()
            self._error = ClientDisconnect()
        except TimeoutError:
            self._error = ForecastTimeout(
                f"the forecast was given up: it took longer than {self._timeout_s:g} s; ask for fewer steps or windows"
            )
        self._task.cancel()
