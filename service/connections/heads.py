"""A request's line and headers: what makes them odd, and how they read without an offer of another protocol."""

from collections.abc import Sequence
from typing import NamedTuple

from service.http.problems import (
    BODY_TOO_LARGE,
    HEADERS_TOO_LARGE,
    MALFORMED_REQUEST,
    METHOD_NOT_ALLOWED,
    URL_TOO_LONG,
    ProblemType,
)

Headers = Sequence[tuple[bytes, bytes]]


class Problem(NamedTuple):
    """Why a request can't be taken."""

    kind: ProblemType
    detail: str


CONNECT = Problem(METHOD_NOT_ALLOWED, "CONNECT is not answered here: this is no proxy")
NOT_HTTP = Problem(MALFORMED_REQUEST, "this is not HTTP/1.1")
TOO_MANY_PARTS = Problem(BODY_TOO_LARGE, "the body comes in too many small parts: send it in larger chunks")


class Refusal(Exception):
    """The request can't be taken; with the kind of problem, and its detail."""

    def __init__(self, kind: ProblemType, detail: str) -> None:
        super().__init__(detail)
        self.problem = Problem(kind, detail)


def check(version: str, headers: Headers) -> None:
    """Raise Refusal where RFC 9112 (2.3, 3.2) has no answer but 400. Names are in small letters."""
    hosts = 0
    for name, _ in headers:
        if name == b"host":
            hosts += 1
    if hosts != 1 and (hosts or version != "1.0"):
        raise Refusal(MALFORMED_REQUEST, f"expected one Host header, but {hosts or 'none'} came")
    if version not in ("1.1", "1.0"):
        raise Refusal(MALFORMED_REQUEST, f"expected HTTP/1.1, but HTTP/{version} came")


def size_bytes(url: bytes, headers: Headers) -> int:
    """What they take, about."""
    return len(url) + sum(len(name) + len(value) + 4 for name, value in headers)


def too_large(url: bytes, limit_bytes: int) -> Problem:
    """The answer to a head that is larger than the limit, or does not end before."""
    kind = URL_TOO_LONG if len(url) > limit_bytes // 2 else HEADERS_TOO_LARGE
    return Problem(kind, f"the request line and headers may have at most {limit_bytes} bytes")


def without_offer(method: bytes, url: bytes, version: str, headers: Headers) -> bytes:
    """The bytes of a head without its Upgrade headers."""
    lines = [name + b": " + value + b"\r\n" for name, value in headers if name != b"upgrade"]
    return b"".join([b"%s %s HTTP/%s\r\n" % (method, url, version.encode()), *lines, b"\r\n"])
