"""So many requests a turn, the others in their order."""

import asyncio
import time

import pytest

from models.errors import Overloaded
from service.dispatch.turnstile import PER_TURN, Turnstile

pytestmark = pytest.mark.anyio


def admit_all(_: float) -> None:
    """Refuse nobody."""


async def entered(turnstile: Turnstile, order: list[int], number: int) -> None:
    if not turnstile.passes():
        await turnstile.wait()
    order.append(number)


async def test_all_pass_in_their_order_and_no_turn_has_too_many() -> None:
    turnstile, order = Turnstile(admit_all), list[int]()
    tasks = [asyncio.create_task(entered(turnstile, order, number)) for number in range(5 * PER_TURN)]
    seen = []
    while len(order) < len(tasks):
        before = len(order)
        await asyncio.sleep(0)
        seen.append(len(order) - before)
    assert order == sorted(order)
    assert max(seen) <= PER_TURN
    assert len(turnstile) == 0


async def test_who_comes_to_a_queue_goes_behind_it() -> None:
    turnstile, order = Turnstile(admit_all), list[int]()
    tasks = [asyncio.create_task(entered(turnstile, order, number)) for number in range(PER_TURN + 1)]
    await asyncio.sleep(0)
    assert len(turnstile) == 1
    assert not turnstile.passes()
    await asyncio.gather(*tasks)
    await asyncio.sleep(0)
    assert turnstile.passes()


async def test_nobody_waits_where_few_come() -> None:
    turnstile = Turnstile(admit_all)
    for _ in range(3 * PER_TURN):
        assert turnstile.passes()
        await asyncio.sleep(0)
        await asyncio.sleep(0)


async def test_who_would_wait_is_told_for_how_long_and_may_be_refused() -> None:
    def refuse(wait_s: float) -> None:
        if wait_s > 0.02:
            raise Overloaded("too much", 1)

    async def work(turnstile: Turnstile) -> None:
        if not turnstile.passes():
            await turnstile.wait()
        time.sleep(0.032 / PER_TURN)  # what a request takes the loop: 32 ms a turn

    turnstile = Turnstile(refuse)
    early = [asyncio.create_task(work(turnstile)) for _ in range(6 * PER_TURN)]
    for _ in range(4):
        await asyncio.sleep(0)
    late = [asyncio.create_task(work(turnstile)) for _ in range(6 * PER_TURN)]
    came = await asyncio.gather(*early, *late, return_exceptions=True)
    assert came[: len(early)] == [None] * len(early)  # when they came, nothing was known to take long
    assert isinstance(came[-1], Overloaded)
    assert turnstile.wait_s() == 0


async def test_a_request_that_was_given_up_takes_nobodys_turn() -> None:
    turnstile, order = Turnstile(admit_all), list[int]()
    tasks = [asyncio.create_task(entered(turnstile, order, number)) for number in range(2 * PER_TURN + 5)]
    await asyncio.sleep(0)
    for task in tasks[PER_TURN : 2 * PER_TURN]:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert order == [*range(PER_TURN), *range(2 * PER_TURN, 2 * PER_TURN + 5)]
