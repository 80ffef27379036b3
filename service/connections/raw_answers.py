"""Answers to requests that never reach the app: the whole of what is written to the connection."""

from collections.abc import Iterable

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from service.http import problems
from service.http.problems import ProblemType


def raw_problem(kind: ProblemType, detail: str, default_headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """A problem document with status line and headers; it is its connection's last answer."""
    headers = {"Connection": "close"}
    if kind is problems.METHOD_NOT_ALLOWED:
        headers["Allow"] = "GET, HEAD, POST"
    response = problems.problem_response(kind, detail, headers=headers)
    lines = [name + b": " + value + b"\r\n" for name, value in (*default_headers, *response.raw_headers)]
    return b"".join([STATUS_LINE[kind.status], *lines, b"\r\n", bytes(response.body)])
