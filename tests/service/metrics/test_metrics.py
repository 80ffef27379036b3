"""All metrics of a worker, alone and beside others."""

import asyncio
from pathlib import Path

import pytest

from service.metrics import metrics as module
from service.metrics.metrics import Metrics

pytestmark = pytest.mark.anyio

DONE = ("/predict", "POST", "200")


def requests_of(metrics: Metrics) -> float:
    value = metrics.series().get("http_server_request_duration_seconds", {}).get(DONE, [0.0, 0.0])
    assert isinstance(value, list)
    return sum(value[:-1])


async def test_a_worker_alone_writes_no_file() -> None:
    metrics = Metrics()
    metrics.start()
    metrics.requests.ended(DONE, 0.01)
    assert requests_of(metrics) == 1
    metrics.stop()


async def test_any_worker_tells_of_all_and_no_counter_goes_back_whoever_is_asked(tmp_path: Path) -> None:
    workers = [Metrics(tmp_path), Metrics(tmp_path)]
    for each in workers:
        each.start()
    await asyncio.sleep(0)
    seen = []
    for number in range(20):
        workers[number // 2 % 2].requests.ended(DONE, 0.01)
        seen.append(requests_of(workers[number % 2]))  # the one that counted it, or the other, published last
        assert seen == sorted(seen)
    for each in workers:
        each.stop()
    late = Metrics(tmp_path)
    late.start()
    assert requests_of(late) == 20  # what both counted, the one from its slot, the other from its file
    late.stop()


async def test_a_worker_that_nobody_asks_publishes_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PUBLISH_EVERY_S", 0.01)
    quiet, asked = Metrics(tmp_path), Metrics(tmp_path)
    quiet.start()
    asked.start()
    quiet.requests.ended(DONE, 0.01)
    for _ in range(500):
        if requests_of(asked) == 1:
            break
        await asyncio.sleep(0.01)
    assert requests_of(asked) == 1
    quiet.stop()
    asked.stop()
