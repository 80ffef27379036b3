"""POST /predict as a stream, in process; tests/integration/test_streams.py has it on a socket."""

import json
from pathlib import Path

import pytest

from models.registry.registry import Registry
from models.spec.blend import Blend, LinearForecast
from service.routes.streams import EVENTS, NDJSON, StreamFormat, stream_format
from service.settings import Settings
from tests.support.in_process import Client, running
from tests.support.tiny import publish_tiny, tiny_spec

pytestmark = pytest.mark.anyio

WINDOW = [1.0, 2.0, 3.0, 4.0]


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, None),
        ("", None),
        ("*/*", None),
        ("text/event-stream", EVENTS),
        ("application/x-ndjson", NDJSON),
        ("APPLICATION/X-NDJSON; charset=utf-8", NDJSON),
        ("text/event-stream, application/x-ndjson", EVENTS),
        ("text/event-stream;q=0.1, application/x-ndjson;q=0.2", NDJSON),
        ("application/json, text/event-stream", None),
        ("text/event-stream;q=nonsense, application/*;q=0.9", EVENTS),
        ("text/event-stream;q=0", None),
        ("text/event-stream2", None),
    ],
)
async def test_the_kind_of_stream_that_is_preferred(accept: str | None, expected: StreamFormat | None) -> None:
    headers = [(b"host", b"x")] + ([] if accept is None else [(b"accept", accept.encode())])
    assert stream_format({"headers": headers}) == expected


async def test_a_stream_that_fails_later_ends_with_the_problem(tmp_path: Path) -> None:
    # A linear forecast without bounds: after some 25 steps it passes all floats.
    linear = LinearForecast(weights=(1e12,), intercept=0.0, shift=0.0, spread=1.0)
    spec = tiny_spec(blend=Blend(seasons=(), linear=(linear,), weights=((0.5, 0.5),)))
    publish_tiny(Registry.at(tmp_path), "growing", spec)
    body = {"model": "growing", "windows": [WINDOW] * 500, "horizon": 40}
    async with running(Settings(registry=tmp_path)) as client:
        lines = (await client.post("/predict", json=body, headers={"Accept": NDJSON.media_type})).text.splitlines()
        events = (await client.post("/predict", json=body, headers={"Accept": EVENTS.media_type})).text
        plain = (await client.post("/predict", json=body)).json()
    *steps, last = map(json.loads, lines)
    assert steps[0]["step"] == 1
    assert 1 < steps[-1]["step"] < 40
    assert last == {"error": plain}
    assert plain["errors"][0]["location"] == "windows[0]"
    assert events.split("\n\n")[-2].startswith("event: error\ndata: ")


async def test_streams_are_documented(client: Client) -> None:
    document = (await client.get("/openapi.json")).json()
    content = document["paths"]["/predict"]["post"]["responses"]["200"]["content"]
    assert list(content) == ["application/json", "application/x-ndjson", "text/event-stream"]
    for each in (NDJSON, EVENTS):
        assert '"done":true' in content[each.media_type]["examples"]["two steps"]["value"]


async def test_a_stream_is_one_more_forecast_that_was_answered(client: Client) -> None:
    body, headers = {"model": "tiny", "window": WINDOW}, {"Accept": "text/event-stream"}
    answer = await client.post("/predict", json=body, headers=headers)
    assert answer.headers["x-request-id"]
    assert "content-length" not in answer.headers
    assert answer.headers["x-accel-buffering"] == "no"
