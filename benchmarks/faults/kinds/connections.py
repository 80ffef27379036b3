"""Faults of connections: clients that break off, dawdle, lie about lengths, or speak something else."""

import socket
import struct
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack

from benchmarks.faults.kinds.stage import Stage, Unexpected
from benchmarks.harness.raw_clients import connect, read_to_end, request

HEAD = b"POST /predict HTTP/1.1\r\nHost: drill\r\nContent-Type: application/json\r\n"
BODY = b'{"model": "steady", "window": [0.1, 0.2, 0.3, 0.4, 0.5]}'
ROLLOUT = BODY[:-1] + b', "horizon": 10000}'
RESET = struct.pack("ii", 1, 0)  # for SO_LINGER: close with a reset


def broken_off(content: bytes, *, reset: bool = False, after_s: float = 0.0) -> Callable[[Stage], None]:
    """Send this, and go."""

    def fault(stage: Stage) -> None:
        with connect(stage.server.port) as client:
            client.sendall(content)
            time.sleep(after_s)
            if reset:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)

    return fault


def sent(content: bytes, *statuses: int, half_close: bool = False) -> Callable[[Stage], None]:
    """Send this; the answer must have one of these statuses, 0 for an end without one."""

    def fault(stage: Stage) -> None:
        stage.send(content, *statuses, half_close=half_close)

    return fault


def slow_body(stage: Stage) -> None:
    """A body that comes in ten parts, and is answered all the same."""
    with connect(stage.server.port) as client:
        content = request("/predict", BODY)
        for start in range(0, len(content), 20):
            client.sendall(content[start : start + 20])
            time.sleep(0.005)
        if not client.recv(1 << 16).startswith(b"HTTP/1.1 200 "):
            raise Unexpected("a slow body was not answered")


def one_byte_chunks(stage: Stage) -> None:
    """A body in chunks of one byte."""
    chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in BODY)
    stage.send(HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n", 200)


def many_connections(stage: Stage) -> None:
    """Two hundred connections at once, all left without a word."""
    with ExitStack() as opened:
        for _ in range(200):
            opened.enter_context(connect(stage.server.port))


def unread_answers(stage: Stage) -> None:
    """Requests sent ahead whose answers nobody reads."""
    with connect(stage.server.port) as client:
        client.setblocking(False)
        try:
            for _ in range(50):
                client.send(request("/openapi.json") * 20)
        except BlockingIOError:
            pass  # the server has stopped reading


def pipelined(stage: Stage) -> None:
    """Requests sent ahead come to as many answers, in their order."""
    with connect(stage.server.port) as client:
        last = b"GET /healthz HTTP/1.1\r\nHost: drill\r\nConnection: close\r\n\r\n"
        client.sendall(request("/predict", BODY) * 10 + request("/predict", b"{}") + last)
        answers = read_to_end(client).split(b"HTTP/1.1 ")[1:]
    if [answer[:3] for answer in answers] != [b"200"] * 10 + [b"422", b"200"]:
        raise Unexpected(f"pipelined requests came to {[answer[:3] for answer in answers]}")


FAULTS: Mapping[str, Callable[[Stage], None]] = {
    "head broken off": broken_off(HEAD),
    "head reset": broken_off(HEAD, reset=True),
    "body broken off": broken_off(HEAD + b"Content-Length: 1000\r\n\r\n" + BODY),
    "body reset": broken_off(HEAD + b"Content-Length: 1000\r\n\r\n" + BODY, reset=True),
    "hung up on a next value": broken_off(request("/predict", BODY)),
    "hung up on a rollout": broken_off(request("/predict", ROLLOUT), after_s=0.05),
    "reset during a rollout": broken_off(request("/predict", ROLLOUT), reset=True, after_s=0.05),
    "hung up with requests sent ahead": broken_off(request("/predict", ROLLOUT) * 5, after_s=0.05),
    "half-closed after the request": sent(request("/predict", BODY), 200, half_close=True),
    "half-closed within the body": sent(HEAD + b"Content-Length: 1000\r\n\r\n" + BODY, 400, 0, half_close=True),
    "slow body": slow_body,
    "chunks of one byte": one_byte_chunks,
    "a million chunks of one byte": sent(HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\n \r\n" * 1_000_000, 413),
    "chunk without a size": sent(HEAD + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n", 400),
    "two lengths": sent(HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n", 400),
    "length and chunks": sent(HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    "length beyond any": sent(HEAD + b"Content-Length: 99999999999999999999\r\n\r\n", 400),
    "a terabyte announced": sent(HEAD + b"Content-Length: 1099511627776\r\nExpect: 100-continue\r\n\r\n", 413),
    "header of 1 MB": sent(b"GET /healthz HTTP/1.1\r\nHost: drill\r\nX: " + b"x" * (1 << 20), 431, 0),
    "URL of 1 MB": sent(b"GET /" + b"x" * (1 << 20), 414, 0),
    "no HTTP": sent(b"\x00\x01\x02 garbage\r\n\r\n", 400),
    "TLS to a plain port": sent(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(64), 400),
    "HTTP/2 outright": sent(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, 505),
    "offer of a WebSocket": sent(
        request("/predict", BODY).replace(b"Host:", b"Connection: Upgrade\r\nUpgrade: websocket\r\nHost:"), 200
    ),
    "no Host": sent(b"GET /healthz HTTP/1.1\r\n\r\n", 400),
    "200 connections without a word": many_connections,
    "answers nobody reads": unread_answers,
    "requests sent ahead": pipelined,
}
