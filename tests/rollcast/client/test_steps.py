"""Streams as a client reads them, on lines that are written beforehand."""

import json
from typing import Any

import pytest

from rollcast import Client, ClientError, ConnectionFailed, Retries, Unavailable
from tests.rollcast.client.scripted_server import Scripted, scripted_server

STEP = {"step": 1, "prediction": [1.0, 2.0], "intervals": {"80": {"lower": [0, 1], "upper": [2, 3]}}}
END = {"done": True, "model": "wide", "version": 3, "warnings": ["mind it"]}
STOPPING = {"error": {"type": "urn:rollcast:problem:stopping", "title": "Stopping", "status": 503, "detail": "bye"}}
BUSY = Scripted(503, {"title": "Overloaded"}, {"Retry-After": "0"})


def lines(*documents: Any) -> Scripted:
    return Scripted(200, b"".join(json.dumps(each).encode() + b"\n" for each in documents))


def test_steps_are_arrays_and_the_end_tells_who_answered() -> None:
    with scripted_server(BUSY, lines(STEP, END)) as script, Client(script.url) as client:
        stream = client.stream([[1.0, 2.0]], timestamps=["2024-01-01"])
        (step,) = stream
    assert (step.step, step.prediction.tolist(), step.timestamp) == (1, [1.0, 2.0], None)
    assert step.intervals[80].upper.tolist() == [2, 3]
    assert (stream.model, stream.version, stream.warnings) == ("wide", 3, ("mind it",))
    assert script.requests[1][1]["Accept"] == "application/x-ndjson"


@pytest.mark.parametrize(
    ("documents", "error", "message"),
    [
        ((STEP, STOPPING), Unavailable, "bye"),
        ((STEP,), ConnectionFailed, "before its last step"),
        ((STEP, {"step": 2}), ClientError, "no step of a forecast"),
        ((STEP, [1]), ClientError, "no step of a forecast"),
    ],
    ids=["a problem", "cut off", "half a step", "no step"],
)
def test_what_goes_wrong_later_is_raised_after_the_steps(
    documents: tuple[Any, ...], error: type[ClientError], message: str
) -> None:
    with scripted_server(lines(*documents)) as script, Client(script.url) as client:
        steps = iter(client.stream([1.0]))
        assert next(steps).step == 1
        with pytest.raises(error, match=message):
            next(steps)


def test_what_goes_wrong_at_once_is_raised_at_once() -> None:
    with scripted_server(BUSY) as script, Client(script.url, retries=Retries(2)) as client:
        with pytest.raises(Unavailable, match="Overloaded"):
            client.stream([1.0])
        assert len(script.requests) == 2
