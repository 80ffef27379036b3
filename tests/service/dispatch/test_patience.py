"""Deadlines, and clients that go away."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from starlette.requests import ClientDisconnect
from starlette.types import Message

from models.errors import ForecastTimeout
from service.dispatch import patience as module
from service.dispatch.patience import Patience

pytestmark = pytest.mark.anyio


async def stays() -> Message:
    await asyncio.Event().wait()
    raise AssertionError


async def gone() -> Message:
    return {"type": "http.disconnect"}


async def within(timeout_s: float, receive: Callable[[], Awaitable[Message]] | None, takes_s: float) -> str:
    with Patience(timeout_s, receive):
        await asyncio.sleep(takes_s)
    return "done"


async def quiet() -> None:
    """No task of a block is left."""
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert not [task for task in asyncio.all_tasks() if "Patience" in repr(task.get_coro())]


@pytest.mark.parametrize("takes_s", [0, 0.1])
@pytest.mark.parametrize("receive", [None, stays])
async def test_what_is_done_in_time_is_done(takes_s: float, receive: Callable[[], Awaitable[Message]] | None) -> None:
    assert await within(10, receive, takes_s) == "done"
    await quiet()


@pytest.mark.parametrize("timeout_s", [0.001, 0.07])
@pytest.mark.parametrize("receive", [None, stays])
async def test_what_takes_longer_is_given_up(
    timeout_s: float, receive: Callable[[], Awaitable[Message]] | None
) -> None:
    with pytest.raises(ForecastTimeout, match=f"longer than {timeout_s:g} s; ask for fewer"):
        await asyncio.wait_for(within(timeout_s, receive, 60), 5)
    await quiet()


async def test_a_client_that_has_gone_is_not_waited_for() -> None:
    with pytest.raises(ClientDisconnect):
        await asyncio.wait_for(within(60, gone, 60), 5)
    await quiet()


async def test_what_is_quick_is_answered_whether_or_not_somebody_is_there() -> None:
    assert await within(60, gone, 0) == "done"


async def test_an_error_of_the_block_is_its_own() -> None:
    with pytest.raises(ZeroDivisionError), Patience(10, stays):
        raise ZeroDivisionError


async def test_whoever_cancels_the_request_sees_it_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "UNWATCHED_S", 0.001)
    task = asyncio.create_task(within(60, stays, 60))
    await asyncio.sleep(0.02)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await quiet()


async def test_the_task_goes_on_after_a_block_that_was_given_up() -> None:
    with pytest.raises(ForecastTimeout):
        await within(0.001, stays, 60)
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0
    assert await within(10, stays, 0.001) == "done"
