"""Large jobs: one at a time, in a thread."""

import asyncio
import gc
import threading
import time
import weakref
from contextlib import suppress

import pytest

from models.errors import Overloaded
from service.dispatch.bulk_thread import MAX_WAITING_BYTES, BulkThread

pytestmark = pytest.mark.anyio


def refusing(bound_s: float = 1e9) -> BulkThread:
    def refuse(wait_s: float, full: bool) -> None:
        if full or wait_s > bound_s:
            raise Overloaded("too much", 1)

    return BulkThread(refuse)


async def test_jobs_run_one_at_a_time_in_a_thread_and_give_their_results() -> None:
    bulk, running, most = refusing(), 0, 0

    def job(number: int) -> int:
        nonlocal running, most
        running += 1
        most = max(most, running)
        time.sleep(0.005)
        running -= 1
        assert threading.current_thread() is not threading.main_thread()
        return number

    assert await asyncio.gather(*(bulk.run(lambda number=n: job(number)) for n in range(8))) == [*range(8)]  # type: ignore[misc]
    assert most == 1


async def test_what_a_job_raises_is_raised_and_the_collector_goes_on() -> None:
    assert gc.isenabled()
    seen = []

    def fail() -> None:
        seen.append(gc.isenabled())
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await refusing().run(fail)
    assert seen == [False]
    assert gc.isenabled()


class Large:
    """Something that a job holds while it fails."""


async def test_what_a_failed_job_held_is_given_back_without_a_search_for_garbage() -> None:
    held: list[weakref.ref[Large]] = []

    def fail() -> None:
        large = Large()
        held.append(weakref.ref(large))
        raise ZeroDivisionError

    gc.disable()
    try:
        with suppress(ZeroDivisionError):
            await refusing().run(fail)
        assert held[0]() is None
    finally:
        gc.enable()


async def test_a_body_that_would_wait_too_long_is_refused() -> None:
    bulk = refusing(bound_s=0.02)
    await bulk.run(lambda: time.sleep(0.2))
    assert bulk.wait_s() == 0  # nobody waits
    jobs = [asyncio.create_task(bulk.run(lambda: time.sleep(0.05))) for _ in range(3)]
    await asyncio.sleep(0.01)
    assert len(bulk) == 2
    with pytest.raises(Overloaded):
        await bulk.run_on(b"x", len)
    await asyncio.gather(*jobs)
    assert await bulk.run_on(b"xyz", len) == 3


async def test_bodies_that_wait_are_bounded_in_bytes_and_a_lone_one_is_taken() -> None:
    bulk = refusing()
    whole = b"x" * MAX_WAITING_BYTES

    def slow(body: bytes) -> int:
        time.sleep(0.1)
        return len(body)

    first = asyncio.create_task(bulk.run_on(whole + b"x", slow))
    await asyncio.sleep(0.01)
    with pytest.raises(Overloaded):
        await bulk.run_on(b"x", len)
    assert await first == MAX_WAITING_BYTES + 1
    assert await bulk.run_on(whole, len) == MAX_WAITING_BYTES


async def test_a_job_that_was_given_up_before_it_began_is_never_run() -> None:
    bulk, ran = refusing(), list[bytes]()
    first = asyncio.create_task(bulk.run(lambda: time.sleep(0.1)))
    await asyncio.sleep(0.01)
    second = asyncio.create_task(bulk.run_on(b"x", ran.append))
    await asyncio.sleep(0.01)
    second.cancel()
    await asyncio.gather(first, second, return_exceptions=True)
    assert ran == []
    assert await bulk.run_on(b"x", len) == 1
