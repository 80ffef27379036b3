"""Access lines: what they tell, and that nothing that was sent can break or forge one."""

import json

import pytest

from service.telemetry.access_log import MAX_PATH, Answered, json_line, text_line
from service.telemetry.record import RequestRecord
from service.telemetry.trace_context import SpanIds
from tests.service.metrics.test_training_facts import manifest_of


def record_of(**noted: object) -> RequestRecord:
    record = RequestRecord([(b"x-request-id", b"id-1")])
    for name, value in noted.items():
        setattr(record, name, value)
    return record


PLAIN = Answered(record_of(), "GET", "/healthz", b"/healthz", 200, 0.00123, 1_790_000_000.0625)
FULL = Answered(
    record_of(forecast=(manifest_of(), 3, 2), problem="forecast-timeout", values=[[1.0, 2.5]]),
    "POST",
    "/predict",
    b"/predict",
    504,
    60.0,
    1_790_000_000.0,
    "ci",
    SpanIds("0" * 31 + "1", "0" * 15 + "2"),
)


def test_a_json_line_tells_the_request() -> None:
    line = json.loads(json_line(PLAIN))
    assert line == {
        "time": "2026-09-21T14:13:20.062Z",
        "level": "info",
        "logger": "rollcast.access",
        "request_id": "id-1",
        "method": "GET",
        "path": "/healthz",
        "route": "/healthz",
        "status": 200,
        "duration_ms": 1.23,
    }


def test_a_json_line_tells_the_forecast_the_key_and_the_trace() -> None:
    line = json.loads(json_line(FULL))
    assert {name: line[name] for name in list(line)[9:]} == {
        "trace_id": "0" * 31 + "1",
        "span_id": "0" * 15 + "2",
        "model": "tiny",
        "version": 1,
        "horizon": 3,
        "windows": 2,
        "problem": "forecast-timeout",
        "key": "ci",
        "values": [[1.0, 2.5]],
    }


def test_a_text_line_tells_the_same() -> None:
    assert text_line(PLAIN) == "INFO:     GET /healthz 200 1.23 ms request_id=id-1"
    assert text_line(FULL) == (
        "INFO:     POST /predict 504 60000.00 ms request_id=id-1 trace_id=00000000000000000000000000000001 "
        "model=tiny@1 horizon=3 windows=2 problem=forecast-timeout key=ci values=[[1.0,2.5]]"
    )


HOSTILE = ['a"b', "a\\b", "a\r\nINFO: b", "\x1b[31m", "\x00", "\x85\u2028", "a b", "é", "x" * 5000, "‮"]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_that_was_sent_breaks_a_line(text: str) -> None:
    answered = PLAIN._replace(method=text, path=b"/" + text.encode(), key=text)
    for line in (json_line(answered), text_line(answered)):
        assert line.isascii()
        assert line.isprintable()
    assert json.loads(json_line(answered))["status"] == 200
    assert len(json_line(answered)) < 20 * MAX_PATH + 5000


@pytest.mark.parametrize("text", [text for text in HOSTILE if text != "x" * 5000])
def test_no_word_of_a_text_line_can_pass_for_two(text: str) -> None:
    answered = PLAIN._replace(method=text, path=b"/" + text.encode())
    assert len(text_line(answered).split()) == len(text_line(PLAIN).split())


def test_a_long_path_is_cut() -> None:
    path = json.loads(json_line(PLAIN._replace(path=b"/" + b"a" * 5000)))["path"]
    assert path == "/" + "a" * (MAX_PATH - 1) + "..."
