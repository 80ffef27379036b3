"""Forecasts from coroutines: computed at once, or by the engine, or given up."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import numpy as np
import pytest
from onnxruntime.capi.onnxruntime_pybind11_state import InvalidArgument

from models.graphs.onnx_network import OnnxNetwork, Steps
from models.inference.forecaster import Forecaster, ForecastInputs
from models.timeseries.scaling import Scale
from service.dispatch.dispatcher import Dispatcher
from service.dispatch.latency import CallLatency
from tests.support.tiny import graph_of, tiny_spec

pytestmark = pytest.mark.anyio

SHAPE = tiny_spec()
CHEAP, DEAR = CallLatency(1e-9, 1e-9), CallLatency(1.0, 1.0)


def forecaster() -> Forecaster:
    return Forecaster(SHAPE, OnnxNetwork(graph_of(SHAPE)))


def prepared(rows: int = 1, horizon: int = 1, features: int = 1) -> ForecastInputs:
    """Contexts that differ with the number of rows."""
    contexts = np.random.default_rng(rows).normal(size=(rows, SHAPE.context_length, features)).astype(np.float32)
    return ForecastInputs(contexts, horizon, None, Scale(np.zeros(1), np.ones(1)), None)


@pytest.fixture
async def dispatcher() -> AsyncIterator[Dispatcher]:
    dispatcher = Dispatcher(threads=1)
    yield dispatcher
    dispatcher.stop()


@pytest.mark.parametrize("cost", [CHEAP, DEAR, None])
async def test_the_answer_does_not_depend_on_where_it_is_computed(
    dispatcher: Dispatcher, cost: CallLatency | None
) -> None:
    model = forecaster()
    asked = [prepared(rows) for rows in (1, 3, 2)]
    answers = await asyncio.gather(*(dispatcher.forecast(model, each, cost) for each in asked))
    for each, answer in zip(asked, answers, strict=True):
        expected = model.network(np.ascontiguousarray(each.contexts.transpose(1, 0, 2))).outputs[0]
        assert np.allclose(answer[:, 0], expected, atol=1e-6)


async def test_dear_next_values_and_every_rollout_go_to_the_engine(dispatcher: Dispatcher) -> None:
    model = forecaster()
    loop_thread = asyncio.get_running_loop()
    threads = []
    real = model.network

    class Watched:
        weight_count, loops = real.weight_count, real.loops

        def __call__(self, *arguments: object) -> Steps:
            try:
                threads.append(asyncio.get_running_loop() is loop_thread)
            except RuntimeError:
                threads.append(False)
            return real(*arguments)  # type: ignore[arg-type]

    model.network = Watched()  # type: ignore[assignment]
    await dispatcher.forecast(model, prepared(), DEAR)
    await dispatcher.forecast(model, prepared(horizon=5), CHEAP)
    assert set(threads) == {False}
    await dispatcher.forecast(model, prepared(), CHEAP)
    assert threads[-1]


async def test_a_call_that_fails_is_everyones_answer(dispatcher: Dispatcher) -> None:
    model = forecaster()
    for cost, horizon in ((CHEAP, 1), (DEAR, 1), (DEAR, 9)):
        with pytest.raises(InvalidArgument, match="Got: 0 Expected: 1"):
            await dispatcher.forecast(model, prepared(1, horizon, features=0), cost)
    assert (await dispatcher.forecast(model, prepared(), CHEAP)).shape == (1, 1, 1)


async def test_forecasts_that_wait_for_anothers_call_are_under_way_too(dispatcher: Dispatcher) -> None:
    model = forecaster()

    async def ask_all(count: list[int]) -> list[int]:
        await dispatcher.forecast(model, prepared(len(count)), DEAR)
        return count

    tasks = [asyncio.create_task(dispatcher.coalescer.ask("", number, ask_all)) for number in range(3)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert dispatcher.under_way() == 3
    await asyncio.gather(*tasks)
    assert dispatcher.under_way() == 0


async def test_calls_are_counted_wherever_they_are_made(dispatcher: Dispatcher) -> None:
    for cost in (CHEAP, DEAR):
        await dispatcher.forecast(forecaster(), prepared(3), cost)
    assert dispatcher.stats().first_calls == [0, 0, 2, 0, 0, 0, 0, 0, 0, 6]


async def test_a_cancelled_request_leaves_the_engine(dispatcher: Dispatcher) -> None:
    model = forecaster()
    task = asyncio.ensure_future(dispatcher.forecast(model, prepared(100, 1_000_000)))
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await emptied(dispatcher)


@pytest.mark.parametrize(("horizon", "cost"), [(1, CHEAP), (1, DEAR), (900, None)])
async def test_the_pieces_of_a_stream_are_the_forecast(
    dispatcher: Dispatcher, horizon: int, cost: CallLatency | None
) -> None:
    model, inputs = forecaster(), prepared(3, horizon)
    pieces = [piece.copy() async for piece in dispatcher.stream(model, inputs, cost)]
    expected = await dispatcher.forecast(model, inputs, cost)
    assert np.concatenate(pieces, axis=1).tolist() == expected.tolist()
    assert dispatcher.under_way() == 0


async def test_steps_of_a_stream_come_while_others_are_computed(dispatcher: Dispatcher) -> None:
    async with aclosing(dispatcher.stream(forecaster(), prepared(2, 1_000_000))) as stream:
        first = await anext(stream)
        assert 1 <= first.shape[1] < 1_000_000
        assert dispatcher.rows() == 2
    assert dispatcher.under_way() == 0
    await emptied(dispatcher)


async def test_a_stream_whose_task_is_cancelled_leaves_the_engine(dispatcher: Dispatcher) -> None:
    async def read() -> None:
        async with aclosing(dispatcher.stream(forecaster(), prepared(100, 1_000_000))) as stream:
            async for _ in stream:
                await asyncio.sleep(0)

    task = asyncio.ensure_future(read())
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await emptied(dispatcher)


async def test_what_fails_is_the_streams_answer_too(dispatcher: Dispatcher) -> None:
    model = forecaster()

    def fail(*_: object) -> Steps:
        raise ValueError("it was the cat")

    fail.weight_count = 1  # type: ignore[attr-defined]
    model.network = fail  # type: ignore[assignment]
    for cost, horizon in ((CHEAP, 1), (DEAR, 9)):
        with pytest.raises(ValueError, match="it was the cat"):
            await anext(dispatcher.stream(model, prepared(1, horizon), cost))
    assert dispatcher.under_way() == 0


async def emptied(dispatcher: Dispatcher) -> None:
    """Wait until no row is left in the engine."""
    for _ in range(200):
        if dispatcher.rows() == 0:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"{dispatcher.rows()} rows are still in the engine")
