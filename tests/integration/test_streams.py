"""Forecasts step by step over a real socket: the same numbers, as they come, and nothing left behind."""

import asyncio
import concurrent.futures
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from models.spec.blend import Blend, LinearForecast
from models.spec.model_spec import ModelSpec
from rollcast import AsyncClient, Client, InvalidRequest
from tests.support.real_server import Server, real_server
from tests.support.tiny import publish_tiny, timed_registry, tiny_spec

WINDOW = [1.0, 2.0, 4.0, 7.0, 3.0, 5.0, 8.0, 6.0]
LINES, EVENTS = {"Accept": "application/x-ndjson"}, {"Accept": "text/event-stream"}
LONG = 10_000


def blended() -> ModelSpec:
    """Differences, and a naive and a linear forecast mixed in, whose shares change after two steps."""
    linear = LinearForecast(weights=(0.3, 0.5), intercept=0.1, shift=1.0, spread=2.0)
    weights = ((0.5, 0.25, 0.25), (0.25, 0.5, 0.25), (0.2, 0.2, 0.6))
    return tiny_spec(difference=3, outputs=2, blend=Blend(seasons=(2,), linear=(linear,), weights=weights))


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("streamed")
    registry = timed_registry(root)
    publish_tiny(registry, "blended", blended())
    publish_tiny(registry, "tiny", tiny_spec(rollout="state", nonnegative=("value",)))
    return root


@pytest.fixture(scope="module")
def server(root: Path) -> Iterator[Server]:
    with real_server(registry=root, ROLLCAST_QUEUE_S="900") as server:
        yield server


def streamed(server: Server, body: dict[str, Any], headers: dict[str, str] | None = None) -> list[dict[str, Any]]:
    answer = httpx.post(f"{server.url}/predict", json=body, headers=headers or LINES, timeout=60)
    assert answer.headers["content-type"] == "application/x-ndjson", answer.text
    return [json.loads(line) for line in answer.text.splitlines()]


@pytest.mark.parametrize(
    "body",
    [
        {"model": "tiny", "window": WINDOW, "horizon": 700},
        {"model": "blended", "window": WINDOW, "horizon": 601},
        {"model": "blended", "window": WINDOW},
        {"model": "monthly", "window": WINDOW, "horizon": 3, "levels": [50, 97.5], "end": "2024-01-31"},
        {"model": "wide", "window": [[each, 10 * each] for each in WINDOW], "horizon": 3, "levels": [80]},
    ],
    ids=["state", "blend of differences", "next value", "times and levels", "two targets"],
)
def test_the_steps_are_those_of_the_plain_answer(server: Server, body: dict[str, Any]) -> None:
    plain = httpx.post(f"{server.url}/predict", json=body, timeout=60).json()
    *steps, end = streamed(server, body)
    assert end == {"done": True, "model": plain["model"], "version": plain["version"]}
    assert [step["step"] for step in steps] == list(range(1, body.get("horizon", 1) + 1))
    assert [step["prediction"] for step in steps] == plain["predictions"]
    assert [step.get("timestamp") for step in steps] == plain.get("timestamps", [None] * len(steps))
    for level, bounds in plain.get("intervals", {}).items():
        assert [step["intervals"][level]["lower"] for step in steps] == bounds["lower"]
        assert [step["intervals"][level]["upper"] for step in steps] == bounds["upper"]


def test_many_windows_come_step_by_step_each_with_its_index(server: Server) -> None:
    body = {"model": "blended", "windows": [WINDOW, WINDOW[::-1], [1e6] * 8], "horizon": 5}
    plain = httpx.post(f"{server.url}/predict", json=body).json()
    *steps, end = streamed(server, body)
    assert [(step["step"], step["window"]) for step in steps] == [(s, w) for s in range(1, 6) for w in range(3)]
    for step in steps:
        assert step["prediction"] == plain["predictions"][step["window"]][step["step"] - 1]
    assert end.get("warnings") == plain.get("warnings")


def test_warnings_come_at_the_end(server: Server) -> None:
    body = {"model": "clock", "window": [1e5] * 4, "horizon": 2, "end": "2024-01-31T10:00"}
    plain = httpx.post(f"{server.url}/predict", json=body).json()
    assert streamed(server, body)[-1]["warnings"] == plain["warnings"]


def test_events_hold_the_same(server: Server) -> None:
    body = {"model": "blended", "window": WINDOW, "horizon": 3}
    answer = httpx.post(f"{server.url}/predict", json=body, headers=EVENTS)
    assert answer.headers["content-type"].startswith("text/event-stream")
    events = [event.split("\n") for event in answer.text.removesuffix("\n\n").split("\n\n")]
    assert [name for name, _ in events] == ["event: step"] * 3 + ["event: done"]
    assert [json.loads(data.removeprefix("data: ")) for _, data in events] == streamed(server, body)


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        ("*/*", "application/json"),
        ("application/x-ndjson;q=0.5, application/json", "application/json"),
        ("application/json;q=0.5, Application/X-NDJSON", "application/x-ndjson"),
        ("application/x-ndjson;q=0, */*", "application/json"),
        ("text/html, application/x-ndjson;q=0.1", "application/x-ndjson"),
    ],
)
def test_a_stream_is_for_those_who_prefer_it(server: Server, accept: str, content_type: str) -> None:
    body = {"model": "tiny", "window": WINDOW}
    answer = httpx.post(f"{server.url}/predict", json=body, headers={"Accept": accept})
    assert answer.headers["content-type"] == content_type


@pytest.mark.parametrize(
    ("fields", "status", "location"),
    [
        ({"window": [1.0]}, 422, "window"),
        ({"model": "none"}, 404, None),
        ({"horizon": 20_000}, 422, "horizon"),
        ({"model": "wide", "paths": 3, "window": [[1.0, 2.0]] * 4}, 422, "paths"),
        ({"model": "monthly", "levels": [80], "adapt": True}, 422, "adapt"),
    ],
)
def test_what_fails_before_the_first_step_is_a_plain_problem(
    server: Server, fields: dict[str, Any], status: int, location: str | None
) -> None:
    body = {"model": "tiny", "window": WINDOW, **fields}
    answer = httpx.post(f"{server.url}/predict", json=body, headers=LINES)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert [each["location"] for each in answer.json().get("errors", [])] == ([] if location is None else [location])


def test_steps_come_before_the_last_is_computed(server: Server) -> None:
    with Client(server.url) as client:
        begun_s = time.monotonic()
        stream = client.stream(WINDOW, model="tiny", horizon=LONG)
        steps = iter(stream)
        first, first_s = next(steps), time.monotonic() - begun_s
        assert (first.step, stream.model) == (1, None)
        rest = list(steps)
    assert first_s < (time.monotonic() - begun_s) / 2
    assert [step.step for step in rest] == list(range(2, LONG + 1))
    assert (stream.model, stream.version, stream.warnings) == ("tiny", 1, ())


def rows_rolling(server: Server) -> float:
    text = httpx.get(f"{server.url}/metrics").text
    (line,) = [line for line in text.splitlines() if line.startswith("rollcast_engine_rolling_rows ")]
    return float(line.split()[1])


def until_nothing_rolls(server: Server) -> float:
    begun_s = time.monotonic()
    while rows_rolling(server):
        assert time.monotonic() - begun_s < 20
        time.sleep(0.02)
    return time.monotonic() - begun_s


def test_who_leaves_a_stream_frees_its_places_in_the_batch(server: Server) -> None:
    body = {"model": "tiny", "windows": [WINDOW] * 100, "horizon": LONG}
    with httpx.stream("POST", f"{server.url}/predict", json=body, headers=LINES, timeout=60) as answer:
        lines = answer.iter_lines()  # held, for a generator that is thrown away closes the answer
        assert json.loads(next(lines))["step"] == 1
        assert rows_rolling(server) == 100
    assert until_nothing_rolls(server) < 5
    assert not [line for line in server.log if "Traceback" in line]


def test_a_client_that_leaves_early_closes_its_stream(server: Server) -> None:
    with Client(server.url) as client:
        with client.stream(WINDOW, model="tiny", horizon=LONG) as steps:
            assert [step.step for step, _ in zip(steps, range(3), strict=False)] == [1, 2, 3]
        until_nothing_rolls(server)
        assert client.predict(WINDOW, model="tiny").version == 1


def test_coroutines_read_the_same_steps(server: Server) -> None:
    options: Any = {"model": "monthly", "horizon": 3, "levels": [80], "end": "2024-01-31"}

    async def read() -> list[Any]:
        async with AsyncClient(server.url) as client, await client.stream(WINDOW, **options) as steps:
            return [step async for step in steps]

    with Client(server.url) as client:
        whole = client.predict(WINDOW, **options)
        with pytest.raises(InvalidRequest, match="paths needs whole forecasts"):
            client.stream(WINDOW, model="wide", paths=3)
    steps = asyncio.run(read())
    assert [float(step.prediction) for step in steps] == whole.predictions.tolist()
    assert [step.timestamp for step in steps] == whole.timestamps
    assert [float(step.intervals[80].upper) for step in steps] == whole.intervals[80].upper.tolist()


def test_a_stream_that_takes_too_long_ends_with_the_problem(root: Path) -> None:
    body = {"model": "tiny", "windows": [WINDOW] * 50, "horizon": LONG}
    with real_server(registry=root, ROLLCAST_TIMEOUT_S="0.3") as server:
        *steps, error = streamed(server, body)
        assert until_nothing_rolls(server) < 5
    assert steps
    assert error["error"]["type"] == "urn:rollcast:problem:forecast-timeout"
    assert error["error"]["status"] == 504


def test_a_stopped_service_says_so_in_its_streams(root: Path) -> None:
    body = {"model": "tiny", "windows": [WINDOW] * 60, "horizon": LONG}
    with (
        real_server(registry=root, ROLLCAST_SHUTDOWN_TIMEOUT_S="0") as server,
        concurrent.futures.ThreadPoolExecutor() as pool,
    ):
        reading = pool.submit(streamed, server, body)
        time.sleep(0.3)
        assert not reading.done()
        assert server.stop() == 0
        *steps, error = reading.result()
    assert steps
    assert error["error"]["type"] == "urn:rollcast:problem:stopping"
