"""Questions of one kind that come in one turn of the event loop, answered together by whoever came first."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Any, TypeVar

Q = TypeVar("Q")
A = TypeVar("A")

Group = list[tuple[Any, asyncio.Future[Any]]]


class Coalescer:
    """Joins the questions of a turn. Used from the event loop alone."""

    def __init__(self) -> None:
        self._open: dict[Hashable, Group] = {}
        self.waiting = 0  # for another's answer

    async def ask(self, kind: Hashable, question: Q, ask_all: Callable[[list[Q]], Awaitable[Sequence[A]]]) -> A | None:
        """The answer to a question; None where it must be asked alone.

        `ask_all` has an answer for each question of a kind. Where it fails for several, or who came first is cancelled,
        each asks alone: so one wrong question, or one client that leaves, spoils no other's. Raises what `ask_all`
        raises where nobody else has joined.
        """
        group = self._open.get(kind)
        if group is not None:
            answered: asyncio.Future[A | None] = asyncio.get_running_loop().create_future()
            group.append((question, answered))
            self.waiting += 1
            try:
                return await answered
            finally:
                self.waiting -= 1
        group = self._open[kind] = []
        answers: Sequence[A | None] = ()
        try:
            try:
                await asyncio.sleep(0)  # the turn's others join
            finally:
                del self._open[kind]
            answers = await ask_all([question, *(each for each, _ in group)])
        except Exception:
            if not group:
                raise
        finally:
            for index, (_, answered) in enumerate(group, start=1):
                if not answered.done():  # it is, where it was given up
                    answered.set_result(answers[index] if answers else None)
        return answers[0] if answers else None
