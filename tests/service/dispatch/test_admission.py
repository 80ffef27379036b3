"""Who is let in, and who is told to come back when."""

import asyncio
import logging
from collections.abc import AsyncIterator

import numpy as np
import pytest

from models.errors import Overloaded
from models.graphs.onnx_network import OnnxNetwork
from models.inference.forecaster import Forecaster, ForecastInputs
from models.timeseries.scaling import Scale
from service.dispatch.admission import Admission
from service.dispatch.dispatcher import Dispatcher
from tests.support.tiny import graph_of, tiny_spec

pytestmark = pytest.mark.anyio

SPEC = tiny_spec()


class Waits:
    """A dispatcher whose work takes so long."""

    def __init__(self, short_s: float = 0.0, long_s: float = 0.0) -> None:
        self._wait_s = {True: short_s, False: long_s}

    def wait_s(self, *, short: bool) -> float:
        return self._wait_s[short]

    def cell_steps(self, *, short: bool) -> int:
        return int(100 * self._wait_s[short])


def admission(waits: Waits, bound_s: float = 2.0) -> Admission:
    return Admission(bound_s, waits)  # type: ignore[arg-type]


async def test_an_empty_queue_takes_any_request_even_where_nothing_may_wait() -> None:
    admission(Waits(), bound_s=0).check_engine(short=True)
    admission(Waits(), bound_s=0).check_engine(short=False)


async def test_each_queue_is_refused_by_its_own_work() -> None:
    rollouts_wait = admission(Waits(short_s=2.0, long_s=2.01))
    rollouts_wait.check_engine(short=True)
    with pytest.raises(Overloaded):
        rollouts_wait.check_engine(short=False)
    next_values_wait = admission(Waits(short_s=2.01, long_s=0))
    next_values_wait.check_engine(short=False)
    with pytest.raises(Overloaded):
        next_values_wait.check_engine(short=True)
    assert (rollouts_wait.rejected, next_values_wait.rejected) == ({"long": 1}, {"short": 1})


@pytest.mark.parametrize(("wait_s", "retry_after_s"), [(2.01, 3), (3.0, 3), (17.2, 18)])
async def test_who_is_refused_is_told_when_the_work_is_done(wait_s: float, retry_after_s: int) -> None:
    with pytest.raises(Overloaded, match=f"about {wait_s:.1f} s of work; ask again in {retry_after_s} s") as caught:
        admission(Waits(long_s=wait_s)).check_engine(short=False)
    assert caught.value.retry_after_s == retry_after_s


async def test_many_refusals_are_one_line_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    busy = admission(Waits(long_s=5))
    with caplog.at_level(logging.WARNING, logger="rollcast"):
        for _ in range(50):
            with pytest.raises(Overloaded):
                busy.check_engine(short=False)
    assert [record.getMessage() for record in caplog.records] == [
        "overloaded: requests are refused; {'long': 1} in all, 5.0 s of work wait"
    ]


async def test_the_load_is_told_queue_by_queue() -> None:
    load = admission(Waits(short_s=0.5, long_s=1.5)).load()
    assert load == {"loop": (0, 0), "bulk": (0, 0), "short": (0.5, 50), "long": (1.5, 150)}


@pytest.fixture
async def dispatcher() -> AsyncIterator[Dispatcher]:
    dispatcher = Dispatcher(threads=1)
    yield dispatcher
    dispatcher.stop()


async def test_rollouts_are_refused_behind_real_work_and_let_in_when_it_is_given_up(dispatcher: Dispatcher) -> None:
    real = Admission(1.0, dispatcher)
    forecaster = Forecaster(SPEC, OnnxNetwork(graph_of(SPEC)))
    contexts = np.zeros((100, SPEC.context_length, 1), np.float32)
    inputs = ForecastInputs(contexts, 1_000_000, None, Scale(np.zeros(1), np.ones(1)), None)
    tasks = [asyncio.create_task(dispatcher.forecast(forecaster, inputs)) for _ in range(2)]
    await asyncio.sleep(0.1)
    assert dispatcher.cell_steps(short=False) > 100_000_000
    assert dispatcher.oldest_s() >= 0.1
    real.check_engine(short=True)
    with pytest.raises(Overloaded):
        real.check_engine(short=False)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    async with asyncio.timeout(5):
        while dispatcher.cell_steps(short=False):
            await asyncio.sleep(0.005)
    real.check_engine(short=False)
    assert dispatcher.oldest_s() == 0
