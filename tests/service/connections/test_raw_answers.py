"""Answers that the app has no part in."""

import json

from service.connections.raw_answers import raw_problem
from service.http.problems import MALFORMED_REQUEST, METHOD_NOT_ALLOWED


def test_an_answer_is_whole() -> None:
    head, _, body = raw_problem(MALFORMED_REQUEST, "it is odd", [(b"date", b"today")]).partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    assert lines[0] == b"HTTP/1.1 400 Bad Request"
    assert {b"date: today", b"connection: close", b"content-type: application/problem+json"} <= set(lines)
    assert b"content-length: %d" % len(body) in lines
    assert json.loads(body)["detail"] == "it is odd"


def test_a_method_that_is_not_allowed_is_told_which_are() -> None:
    assert b"\r\nallow: GET, HEAD, POST\r\n" in raw_problem(METHOD_NOT_ALLOWED, "no", [])
