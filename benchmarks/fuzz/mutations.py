"""Requests that were right once: bodies, heads and paths, each changed in a few places at random."""

import json
import random
from collections.abc import Sequence
from typing import NamedTuple

METHODS = ("GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "PROPFIND")
TOKENS = (
    b"NaN",
    b"-Infinity",
    b"1e999",
    b"-1e-999",
    b"1" * 5000,
    b"0.1" + b"0" * 400,
    b"null",
    b"true",
    b"[]",
    b"{}",
    b"[[]]",
    b"[" * 3000,
    b"[[],[],[]],",
    b'{"a":' * 500,
    b'"\\ud800"',
    b'"\\u0000"',
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\xc3\x28",
    b"\x00",
    b'"horizon":0,',
    b'"horizon":1e3,',
    b'"horizon":9223372036854775808,',
    b'"window":[1,2,3,4],',
    b'"windows":[[1,2,3,4]],',
    b'"levels":[80,80],',
    b'"end":"0001-01-01T00:00:00+14:00",',
    b'"end":"9999-12-31T23:59:59",',
    b'"freq":"1mo",',
    b'"season":12,',
    b'"season":[2,null,[1,2]],',
    b'"timestamps":["2024-02-30","x"],',
    b'"model":"../../etc/passwd",',
    b'"model":"tiny@18446744073709551616",',
    b"1.7976931348623157e308",
    b"5e-324",
    b"-0",
    b"\\",
    b'"',
    b",",
    b":",
    b"]",
    b"}",
)
SEGMENTS = (
    "tiny",
    "tiny@1",
    "..",
    "%2e%2e",
    "%252e%252e%252f",
    "..%5c",
    "%00",
    "1",
    "0",
    "-1",
    "1e0",
    "latest",
    "x" * 300,
    "%F0%9F%92%A9",
    "%ff",
    "a;b",
    "~",
    "@",
    "versions",
    "traffic",
)
HEADERS = (
    "Content-Type: text/plain",
    "Content-Type: application/json; charset=utf-16",
    "Content-Type: multipart/form-data; boundary=x",
    "Content-Type: application/vnd.bentoml+pickle",
    "Accept-Encoding: gzip;q=1e9",
    "Range: bytes=0-,0-,0-",
    "Expect: 100-continue",
    "X-Request-ID: \x1b[31m" + "z" * 200,
    "traceparent: 00-ffffffffffffffffffffffffffffffff-ffffffffffffffff-ff",
    "Authorization: Bearer " + "\xe9" * 40,
    "Cookie: " + "a=b; " * 200,
    "Origin: null",
    "Upgrade: websocket",
    "Forwarded: for=1.2.3.4;host=evil",
    "X-Forwarded-Prefix: //evil",
)


class Case(NamedTuple):
    """One request; `path` is sent as it stands."""

    method: str
    path: str
    headers: Sequence[str]
    body: bytes


class Mutator:
    """Draws requests from right ones; the same seed draws the same."""

    def __init__(self, bodies: Sequence[object], paths: Sequence[str], seed: int) -> None:
        self._random = random.Random(seed)
        self._bodies = [json.dumps(body).encode() for body in bodies]
        self._paths = list(paths)

    def draw(self) -> Case:
        """The next request: mostly a body for POST /predict, else any method on any path."""
        choose = self._random
        if choose.random() < 0.85:
            headers = ["Content-Type: application/json"]
            if choose.random() < 0.1:
                headers = [choose.choice(HEADERS)]
            return Case("POST", "/predict", headers, self._body())
        method, path = choose.choice(METHODS), self._path()
        headers = choose.sample(HEADERS, choose.randrange(4))
        return Case(method, path, headers, self._body() if method in ("POST", "PUT", "PATCH") else b"")

    def _body(self) -> bytes:
        choose = self._random
        body = bytearray(choose.choice(self._bodies))
        for _ in range(choose.choice((0, 1, 1, 1, 2, 3, 8))):
            at, end = sorted(choose.randrange(len(body) + 1) for _ in range(2))
            match choose.randrange(7):
                case 0 if body:
                    body[min(at, len(body) - 1)] = choose.randrange(256)
                case 1:
                    del body[at : min(end, at + 8)]
                case 2:
                    body[at:at] = body[at:end]
                case 3:
                    body[at:at] = choose.choice(TOKENS)
                case 4:
                    del body[at:]
                case 5:
                    body[at:at] = choose.choice(self._bodies)
                case _:
                    start = body.find(b":", at) + 1
                    stop = min((found for mark in b",]}" if (found := body.find(bytes([mark]), start)) >= 0), default=0)
                    body[start : max(start, stop)] = choose.choice(TOKENS)
        return bytes(body)

    def _path(self) -> str:
        choose = self._random
        path = choose.choice(self._paths)
        for _ in range(choose.randrange(3)):
            parts = path.split("/")
            parts.insert(choose.randrange(1, len(parts) + 1), choose.choice(SEGMENTS))
            path = "/".join(parts)
        if choose.random() < 0.2:
            path += "?" + choose.choice(("a=b", "horizon=1", "%", "&" * 50, "x=%ff"))
        return path
