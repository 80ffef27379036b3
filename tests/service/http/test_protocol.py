"""HTTP/1.1, fed byte by byte: what uvicorn's parser leaves open and the service must not."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send
from uvicorn.server import ServerState

from service.http import protocol as module
from service.http.protocol import Protocol

pytestmark = pytest.mark.anyio

OFFER = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"


class Wire(asyncio.Transport):
    """A connection of which this is the client's end: what the server wrote, and whether it hung up."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written += bytes(data)

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed

    def pause_reading(self) -> None:
        """Nothing is sent that has to wait."""

    def resume_reading(self) -> None:
        """Nothing is sent that has waited."""


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers with the names of the headers and the body that it was sent."""
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        body, more = body + message["body"], message["more_body"]
    told = json.dumps({"headers": [name.decode() for name, _ in scope["headers"]], "body": body.decode()}).encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(told))]})
    await send({"type": "http.response.body", "body": told})


class Connection:
    """A client's connection to the protocol, over which it sends bytes and awaits the answer to each request."""

    def __init__(self) -> None:
        self.wire = Wire()
        config = uvicorn.Config(echo, http=Protocol, ws="none", lifespan="off", log_config=None)
        self._protocol = Protocol(config, ServerState(), {})
        self._protocol.connection_made(self.wire)

    async def send(self, *pieces: bytes) -> None:
        """Send pieces, each of which arrives by itself."""
        for piece in pieces:
            self._protocol.data_received(piece)
            await asyncio.sleep(0)

    async def answers(self, *pieces: bytes) -> list[Any]:
        """What comes back to some pieces: each answer's JSON, or its status where that is not 200."""
        self.wire.written = b""
        await self.send(*pieces)
        for _ in range(20):  # turns of the event loop: far more than the app takes
            await asyncio.sleep(0)
        heads = self.wire.written.split(b"HTTP/1.1 ")[1:]
        return [
            json.loads(head.partition(b"\r\n\r\n")[2]) if head.startswith(b"200") else int(head[:3]) for head in heads
        ]

    def hang_up(self) -> None:
        self._protocol.connection_lost(None)


@pytest.fixture
async def connection() -> AsyncIterator[Connection]:
    connection = Connection()
    yield connection
    connection.hang_up()


def post(headers: bytes, body: bytes) -> bytes:
    return b"POST /predict HTTP/1.1\r\nHost: x\r\n" + headers + b"Content-Length: %d\r\n\r\n" % len(body) + body


async def test_an_offer_of_http_2_is_dropped_and_the_body_kept(connection: Connection) -> None:
    (answer,) = await connection.answers(post(OFFER, b'{"window": [1]}'))
    assert answer["body"] == '{"window": [1]}'
    assert answer["headers"] == ["host", "connection", "http2-settings", "content-length"]
    assert not connection.wire.closed


@pytest.mark.parametrize("line", [b"Upgrade:h2c", b"upgrade: \t h2c \t", b"UPGRADE: h2c"])
async def test_an_offer_may_be_written_in_any_way_that_a_header_may(connection: Connection, line: bytes) -> None:
    (answer,) = await connection.answers(post(b"Connection: Upgrade\r\n" + line + b"\r\n", b"body"))
    assert (answer["body"], answer["headers"]) == ("body", ["host", "connection", "content-length"])


async def test_an_offer_may_be_the_last_header(connection: Connection) -> None:
    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
    (answer,) = await connection.answers(head + b"body")
    assert (answer["body"], answer["headers"]) == ("body", ["host", "content-length", "connection"])


async def test_an_offer_without_its_body_may_come_first_and_the_body_later(connection: Connection) -> None:
    request = post(OFFER, b"a body")
    (answer,) = await connection.answers(request[:-6], b"a ", b"body")
    assert answer["body"] == "a body"


async def test_every_request_of_a_connection_may_make_the_offer(connection: Connection) -> None:
    for body in ("first", "second"):
        (answer,) = await connection.answers(post(OFFER, body.encode()))
        assert answer["body"] == body


@pytest.mark.parametrize("body", [b"\r\nupgrade: h2c\r\n", b"a\r\nUpgrade: h2c\r\n\r\nb", b"h2c", b"\r\n\r\nh2c\r\n"])
async def test_a_body_is_kept_whatever_it_says_of_http_2(connection: Connection, body: bytes) -> None:
    for headers in (OFFER, b""):
        (answer,) = await connection.answers(post(headers, body))
        assert answer["body"] == body.decode()


async def test_headers_that_only_look_like_an_offer_are_kept(connection: Connection) -> None:
    looks = b"X-Upgrade: h2c\r\nUpgrade-Insecure-Requests: h2c\r\nUpgrade: h2c14\r\nX: Upgrade: h2c\r\n"
    (answer,) = await connection.answers(post(looks, b"body"))
    assert answer["headers"] == ["host", "x-upgrade", "upgrade-insecure-requests", "upgrade", "x", "content-length"]


async def test_an_offer_of_another_protocol_is_left_to_the_app_and_nobody_is_warned(
    connection: Connection, caplog: pytest.LogCaptureFixture
) -> None:
    (answer,) = await connection.answers(
        b"GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
    )
    assert answer["headers"] == ["host", "connection", "upgrade"]
    assert caplog.records == []


LIMIT = 40


@pytest.fixture
def _small_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_HEADERS_BYTES", LIMIT)


def get(header_bytes: int) -> bytes:
    """A request whose headers' names and values have so many bytes, of which the host takes 5."""
    return b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * (header_bytes - 6) + b"\r\n\r\n"


@pytest.mark.usefixtures("_small_limit")
async def test_headers_up_to_the_bound_are_served_and_more_refused(connection: Connection) -> None:
    (answer,) = await connection.answers(get(LIMIT))
    assert answer["headers"] == ["host", "x"]
    assert await connection.answers(get(LIMIT + 1)) == [400]
    assert connection.wire.closed


@pytest.mark.usefixtures("_small_limit")
async def test_the_bytes_of_headers_are_counted_for_each_request_of_a_connection_anew(connection: Connection) -> None:
    for _ in range(4):
        (answer,) = await connection.answers(get(LIMIT - 10))
        assert answer["headers"] == ["host", "x"]
    assert not connection.wire.closed


@pytest.mark.usefixtures("_small_limit")
async def test_many_small_headers_without_an_end_are_cut_off(connection: Connection) -> None:
    """A header is complete once another one begins."""
    assert await connection.answers(b"GET / HTTP/1.1\r\n", *[b"X: 123456789\r\n"] * 5) == []
    assert not connection.wire.closed
    assert await connection.answers(b"X: 123456789\r\n") == [400]
    assert connection.wire.closed


@pytest.mark.usefixtures("_small_limit")
async def test_trailers_are_headers_as_well(connection: Connection) -> None:
    head = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n"  # 24 bytes of headers
    (answer,) = await connection.answers(head, b"X: " + b"a" * 15 + b"\r\n\r\n")
    assert answer["body"] == "body"
    assert await connection.answers(head, b"X: " + b"a" * 16 + b"\r\n\r\n") == [400]


async def test_the_bound_is_above_what_clients_send(connection: Connection) -> None:
    (answer,) = await connection.answers(get(module.MAX_HEADERS_BYTES))
    assert answer["headers"] == ["host", "x"]
    assert module.MAX_HEADERS_BYTES >= 4 * 16_384
