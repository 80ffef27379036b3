"""Questions that come at the same time are answered together, and none spoils another's answer."""

import asyncio

import pytest

from service.dispatch.coalescer import Coalescer

pytestmark = pytest.mark.anyio


class Doubling:
    """Doubles numbers, and notes which ones it was asked for together; fails for negative ones."""

    def __init__(self, takes_s: float = 0.0) -> None:
        self.asked: list[list[int]] = []
        self._takes_s = takes_s

    async def __call__(self, numbers: list[int]) -> list[int]:
        self.asked.append(numbers)
        await asyncio.sleep(self._takes_s)
        if min(numbers) < 0:
            raise ValueError("a negative number")
        return [2 * number for number in numbers]


async def test_questions_of_one_kind_are_asked_together_and_each_gets_its_own_answer() -> None:
    coalescer, doubling = Coalescer(), Doubling()
    kinds = {1: "odd", 2: "even", 3: "odd", 4: "even", 5: "odd"}
    answers = await asyncio.gather(*(coalescer.ask(kind, number, doubling) for number, kind in kinds.items()))
    assert answers == [2, 4, 6, 8, 10]
    assert doubling.asked == [[1, 3, 5], [2, 4]]


async def test_a_later_question_does_not_join() -> None:
    coalescer, doubling = Coalescer(), Doubling(0.01)
    first = asyncio.create_task(coalescer.ask("", 1, doubling))
    while not doubling.asked:
        await asyncio.sleep(0)
    assert await coalescer.ask("", 2, doubling) == 4
    assert await first == 2
    assert doubling.asked == [[1], [2]]


async def test_what_fails_together_is_to_be_asked_alone_and_alone_it_is_raised() -> None:
    coalescer, doubling = Coalescer(), Doubling()
    assert await asyncio.gather(*(coalescer.ask("", number, doubling) for number in (1, -1, 2))) == [None] * 3
    with pytest.raises(ValueError, match="a negative number"):
        await coalescer.ask("", -1, doubling)
    assert coalescer.waiting == 0


@pytest.mark.parametrize("begun", [False, True])
async def test_the_others_ask_alone_where_who_came_first_is_cancelled(begun: bool) -> None:
    coalescer, doubling = Coalescer(), Doubling(10)
    first, *others = [asyncio.create_task(coalescer.ask("", number, doubling)) for number in (1, 2, 3)]
    await asyncio.sleep(0)
    while begun and not doubling.asked:
        await asyncio.sleep(0)
    assert coalescer.waiting == 2
    first.cancel()
    assert await asyncio.gather(*others) == [None, None]
    with pytest.raises(asyncio.CancelledError):
        await first
    assert await coalescer.ask("", 4, Doubling()) == 8


async def test_who_is_cancelled_later_spoils_nothing() -> None:
    coalescer, doubling = Coalescer(), Doubling(0.01)
    first, second, third = [asyncio.create_task(coalescer.ask("", number, doubling)) for number in (1, 2, 3)]
    while not doubling.asked:
        await asyncio.sleep(0)
    second.cancel()
    assert (await first, await third) == (2, 6)
    assert second.cancelled()
    assert coalescer.waiting == 0
