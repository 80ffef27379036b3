"""The format of all other log lines."""

import json
import logging
import sys

import pytest

from service.telemetry.log_format import JsonFormatter, TextFormatter
from service.telemetry.record import RequestRecord, current


def record_of(message: str, *arguments: object) -> logging.LogRecord:
    return logging.LogRecord("rollcast", logging.ERROR, "file.py", 1, message, arguments, None)


def test_a_json_line_tells_the_message_and_the_request_it_came_from() -> None:
    token = current.set(
        RequestRecord(
            [(b"x-request-id", b"id-1"), (b"traceparent", b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")]
        )
    )
    line = json.loads(JsonFormatter().format(record_of("while answering %s", "/x")))
    current.reset(token)
    assert line.pop("time").endswith("Z")
    assert line == {
        "level": "error",
        "logger": "rollcast",
        "message": "while answering /x",
        "request_id": "id-1",
        "trace_id": "0af7651916cd43dd8448eb211c80319c",
    }
    assert "request_id" not in json.loads(JsonFormatter().format(record_of("started")))


def test_the_trace_of_an_exception_stays_on_the_line() -> None:
    record = record_of("failed")
    try:
        raise ValueError("a\nb")
    except ValueError:
        record.exc_info = sys.exc_info()
    line = JsonFormatter().format(record)
    assert len(line.splitlines()) == 1
    assert "ValueError: a\nb" in json.loads(line)["exception"]


@pytest.mark.parametrize("sent", ["/a\nINFO:     forged", "/\r\x1b[2J", "/\x85\u2028\u202e", "\x00"])
def test_no_message_can_forge_a_line(sent: str) -> None:
    record = record_of("while answering %s", sent)
    json_line = JsonFormatter().format(record)
    assert json.loads(json_line)["message"] == f"while answering {sent}"
    text = TextFormatter("%(levelprefix)s %(message)s", use_colors=False).format(record_of("while answering %s", sent))
    for line in (json_line, text):
        assert len(line.splitlines()) == 1
        assert "\x1b" not in line
    assert text.startswith("ERROR:    while answering ")


def test_a_message_in_any_language_is_left_as_it_is() -> None:
    text = TextFormatter("%(message)s", use_colors=False).format(record_of("für 日本"))
    assert text == "für 日本"
