"""HTTP/1.1, fed byte by byte: what uvicorn's parser leaves open and the service must not."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send
from uvicorn.server import ServerState

from service.connections.protocol import MAX_WAITING_BODY_BYTES, Protocol
from service.connections.table import Connections, Limits
from service.settings import Settings

pytestmark = pytest.mark.anyio

OFFER = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"
LIMIT = 1024


class Wire(asyncio.Transport):
    """A connection of which this is the client's end: what the server wrote, and whether it hung up."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.closed = False
        self.unsent = 0
        self.paused = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written += bytes(data)

    def write_eof(self) -> None:
        self.closed = True

    def can_write_eof(self) -> bool:
        return True

    def close(self) -> None:
        self.closed = True

    def abort(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return False

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """There is no buffer."""

    def get_write_buffer_size(self) -> int:
        return self.unsent

    def pause_reading(self) -> None:
        self.paused = True

    def resume_reading(self) -> None:
        self.paused = False


class App:
    """Answers with the names of the headers and the body that it was sent; paths with /slow wait to be let go."""

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.left = 0  # requests whose client has gone

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                self.left += 1
                return
            body, more = body + message["body"], message["more_body"]
        if scope["path"] == "/slow":
            gone = asyncio.ensure_future(receive())
            going = asyncio.create_task(self.go.wait())
            await asyncio.wait([gone, going], return_when=asyncio.FIRST_COMPLETED)
            self.left += gone.done()
            gone.cancel()
            going.cancel()
        told = json.dumps({"headers": [name.decode() for name, _ in scope["headers"]], "body": body.decode()}).encode()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(told))]})
        await send({"type": "http.response.body", "body": told})


class Connection:
    """A client's connection to the protocol, over which it sends bytes and awaits the answer to each request."""

    def __init__(self) -> None:
        self.wire = Wire()
        self.app = App()
        self.connections = Connections(Limits.of(Settings(max_head_bytes=LIMIT, max_pipelined=4)))
        config = uvicorn.Config(self.app, http=Protocol, ws="none", lifespan="off", log_config=None)
        self.protocol = Protocol(self.connections, config, ServerState(), {})
        self.protocol.connection_made(self.wire)

    async def send(self, *pieces: bytes) -> None:
        """Send pieces, each of which arrives by itself."""
        for piece in pieces:
            self.protocol.data_received(piece)
            await asyncio.sleep(0)

    async def answers(self, *pieces: bytes) -> list[Any]:
        """What comes back to some pieces: each answer's JSON, or its status where that is not 200."""
        self.wire.written = b""
        await self.send(*pieces)
        for _ in range(40):  # turns of the event loop: far more than the app takes
            await asyncio.sleep(0)
        heads = self.wire.written.split(b"HTTP/1.1 ")[1:]
        return [
            json.loads(head.partition(b"\r\n\r\n")[2]) if head.startswith(b"200") else int(head[:3]) for head in heads
        ]

    def hang_up(self) -> None:
        self.protocol.connection_lost(None)


@pytest.fixture
async def connection() -> AsyncIterator[Connection]:
    connection = Connection()
    yield connection
    connection.app.go.set()
    connection.hang_up()


def post(headers: bytes, body: bytes) -> bytes:
    return b"POST /predict HTTP/1.1\r\nHost: x\r\n" + headers + b"Content-Length: %d\r\n\r\n" % len(body) + body


SLOW = b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n"
QUICK = b"GET /quick HTTP/1.1\r\nHost: x\r\n\r\n"


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


async def test_an_offer_is_passed_over_wherever_it_is_cut(connection: Connection) -> None:
    request = post(OFFER, b"a body")
    for cut in range(1, len(request)):
        (answer,) = await connection.answers(request[:cut], request[cut:])
        assert answer == {"headers": ["host", "connection", "http2-settings", "content-length"], "body": "a body"}


async def test_an_offer_may_come_byte_by_byte_and_in_chunks(connection: Connection) -> None:
    head = b"POST / HTTP/1.1\r\nHost: x\r\n" + OFFER + b"Transfer-Encoding: chunked\r\n\r\n"
    request = head + b"2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"
    (answer,) = await connection.answers(*[bytes([byte]) for byte in request])
    assert answer["body"] == "abc"


async def test_requests_in_one_piece_may_all_make_offers(connection: Connection) -> None:
    requests = [post(OFFER, b"first"), post(b"", b"second"), post(OFFER, b"third"), post(OFFER, b"")]
    answers = await connection.answers(b"".join(requests))
    assert [answer["body"] for answer in answers] == ["first", "second", "third", ""]


@pytest.mark.parametrize("protocol", [b"websocket", b"HTTP/2.0", b"h2c14", b"WebSocket, x", b"H2C"])
async def test_an_offer_of_any_protocol_is_passed_over_and_nobody_is_warned(
    connection: Connection, protocol: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    (answer,) = await connection.answers(
        post(b"Connection: keep-alive, UPGRADE\r\nUpgrade: " + protocol + b"\r\n", b"b")
    )
    assert answer == {"headers": ["host", "connection", "content-length"], "body": "b"}
    assert not connection.wire.closed
    assert caplog.records == []


async def test_headers_that_only_look_like_an_offer_are_kept(connection: Connection) -> None:
    looks = b"X-Upgrade: h2c\r\nUpgrade-Insecure-Requests: h2c\r\nX: Upgrade: h2c\r\nUpgrade: h2c\r\n"
    (answer,) = await connection.answers(post(looks, b"body"))
    names = ["host", "x-upgrade", "upgrade-insecure-requests", "x", "upgrade", "content-length"]
    assert answer == {"headers": names, "body": "body"}


@pytest.mark.parametrize(
    "request_",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nhost: x\r\n\r\n",
        b"GET / HTTP/1.0\r\nHost: x\r\nHost: y\r\n\r\n",
        b"GET / HTTP/2.0\r\nHost: x\r\n\r\n",
        b"GET / HTTP/0.9\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nHost: x\r\n\r\n",
        b"no HTTP at all\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ],
)
async def test_what_http_says_is_malformed_gets_400_and_the_end(connection: Connection, request_: bytes) -> None:
    assert await connection.answers(request_) == [400]
    assert b"application/problem+json" in connection.wire.written
    assert b"connection: close" in connection.wire.written
    assert connection.wire.closed
    assert await connection.answers(QUICK) == []


async def test_http_1_0_needs_no_host(connection: Connection) -> None:
    (answer,) = await connection.answers(b"GET / HTTP/1.0\r\n\r\n")
    assert answer["headers"] == []
    assert connection.wire.closed


async def test_connect_is_not_answered(connection: Connection) -> None:
    assert await connection.answers(b"CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n") == [405]
    assert b"allow: GET, HEAD, POST" in connection.wire.written


def get(size: int) -> bytes:
    """A request whose URL and headers take so many bytes, of which the path and the host take 10."""
    return b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * (size - 15) + b"\r\n\r\n"


async def test_headers_up_to_the_bound_are_served_and_more_refused(connection: Connection) -> None:
    (answer,) = await connection.answers(get(LIMIT))
    assert answer["headers"] == ["host", "x"]
    assert await connection.answers(get(LIMIT + 1)) == [431]
    assert connection.wire.closed


async def test_a_url_that_is_too_long_is_called_so(connection: Connection) -> None:
    assert await connection.answers(b"GET /" + b"a" * LIMIT + b" HTTP/1.1\r\nHost: x\r\n\r\n") == [414]


async def test_the_bytes_of_headers_are_counted_for_each_request_of_a_connection_anew(connection: Connection) -> None:
    for _ in range(4):
        (answer,) = await connection.answers(get(LIMIT - 10))
        assert answer["headers"] == ["host", "x"]
    assert not connection.wire.closed


@pytest.mark.parametrize(
    ("begin", "piece", "status"),
    [
        (b"GET / HTTP/1.1\r\nHost: x\r\nX: ", b"a", 431),
        (b"GET / HTTP/1.1\r\nHost: x\r\n", b"X: 1\r\n", 431),
        (b"GET /", b"a", 414),
        (b"\r\n", b"\r\n", None),
    ],
    ids=["value", "headers", "url", "empty lines"],
)
async def test_a_head_without_end_is_refused_before_it_is_kept(
    connection: Connection, begin: bytes, piece: bytes, status: int | None
) -> None:
    fed = [begin, *[piece] * (LIMIT // len(piece) - len(begin) // len(piece))]
    assert await connection.answers(*fed) == []
    assert not connection.wire.closed
    assert await connection.answers(*[piece] * len(begin), piece) == ([] if status is None else [status])
    assert connection.wire.closed == (status is not None)


@pytest.mark.parametrize("tail", [b"X: ", b"X: 1\r\nY: "])
async def test_trailers_are_headers_as_well(connection: Connection, tail: bytes) -> None:
    head = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n"
    (answer,) = await connection.answers(head, tail + b"a" * 15 + b"\r\n\r\n")
    assert answer["body"] == "body"
    assert await connection.answers(head, tail, *[b"a" * 64] * (LIMIT // 64)) == [431]
    assert connection.app.left == 1
    assert connection.wire.closed


async def test_a_body_is_not_counted(connection: Connection) -> None:
    (answer,) = await connection.answers(post(b"", b"a" * (9 * LIMIT)))
    assert len(answer["body"]) == 9 * LIMIT


async def test_the_default_bound_is_above_what_clients_send() -> None:
    assert Settings().max_head_bytes >= 4 * 16_384


async def test_requests_may_be_sent_ahead_and_are_answered_in_order(connection: Connection) -> None:
    requests = [SLOW, *[post(b"", str(number).encode()) for number in range(4)]]
    assert await connection.answers(b"".join(requests)) == []
    assert not connection.wire.paused  # so that a hang-up is noticed
    connection.app.go.set()
    assert [answer["body"] for answer in await connection.answers()] == ["", "0", "1", "2", "3"]
    assert not connection.wire.closed


async def test_of_too_many_requests_sent_ahead_the_first_are_answered(connection: Connection) -> None:
    assert await connection.answers(SLOW + QUICK * 1000, QUICK * 1000) == []
    connection.app.go.set()
    assert len(await connection.answers()) == 1 + 4
    assert connection.wire.written.count(b"connection: close") == 1
    assert connection.wire.closed


async def test_large_bodies_sent_ahead_are_not_all_kept(connection: Connection) -> None:
    body = b"a" * (MAX_WAITING_BODY_BYTES // 2 + 1)
    assert await connection.answers(SLOW, post(b"", body), post(b"", body), post(b"", body)) == []
    assert not connection.wire.paused
    connection.app.go.set()
    slow, first = await connection.answers()
    assert (slow["body"], len(first["body"])) == ("", len(body))
    assert connection.wire.closed


async def test_who_hangs_up_leaves_no_work_behind(connection: Connection) -> None:
    await connection.answers(SLOW + QUICK * 3)
    connection.hang_up()
    await connection.answers()
    assert connection.app.left == 1
    assert connection.wire.written == b""


async def test_a_malformed_request_is_refused_after_the_answers_that_are_due(connection: Connection) -> None:
    assert await connection.answers(SLOW + QUICK + b"nonsense\r\n\r\n") == []
    connection.app.go.set()
    first, second, refusal = await connection.answers()
    assert first["headers"] == second["headers"] == ["host"]
    assert refusal == 400
    assert connection.wire.closed


async def test_a_request_that_breaks_in_its_body_is_refused_and_the_app_told(connection: Connection) -> None:
    head = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert await connection.answers(head, b"nonsense\r\n") == [400]
    assert connection.app.left == 1


async def test_a_body_in_too_many_parts_is_refused_and_the_app_told(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.connections.protocol.MAX_SMALL_PARTS", 5)
    head = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    few = head + b"1\r\na\r\n" * 5 + b"0\r\n\r\n"
    assert [answer["body"] for answer in await connection.answers(few + few)] == ["aaaaa", "aaaaa"]  # each by itself
    (large,) = await connection.answers(head + (b"40\r\n%s\r\n" % (b"a" * 64)) * 9 + b"0\r\n\r\n")
    assert len(large["body"]) == 9 * 64
    assert await connection.answers(head + b"1\r\na\r\n" * 6) == [413]
    assert connection.wire.closed
    assert connection.app.left == 1


async def test_one_that_breaks_while_it_waits_is_refused_in_its_turn(connection: Connection) -> None:
    head = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert await connection.answers(SLOW + head, b"nonsense\r\n") == []
    connection.app.go.set()
    assert [answer if answer == 400 else answer["body"] for answer in await connection.answers()] == ["", 400]


async def test_a_connection_is_idle_but_while_a_request_is_under_way(connection: Connection) -> None:
    table, protocol = connection.connections, connection.protocol
    assert protocol in table.idle
    await connection.send(post(b"", b"body")[:-1])
    assert protocol not in table.idle
    assert protocol in table.receiving
    await connection.answers(b"y")
    assert protocol in table.idle
    assert protocol not in table.receiving
    await connection.answers(SLOW)
    assert protocol not in table.idle
    connection.hang_up()
    assert not table.open | table.idle.keys() | table.receiving.keys() | table.lingering.keys()


async def test_a_request_that_arrives_slowly_behind_another_is_waited_for_once_that_is_answered(
    connection: Connection,
) -> None:
    table, protocol = connection.connections, connection.protocol
    await connection.answers(SLOW + QUICK[:10])
    assert protocol not in table.idle.keys() | table.receiving.keys()  # it is busy, and makes room for nobody
    connection.app.go.set()
    await connection.answers()
    assert protocol in table.receiving
    assert len(await connection.answers(QUICK[10:])) == 1
    assert protocol in table.idle


async def test_a_request_that_does_not_arrive_is_refused(connection: Connection) -> None:
    await connection.send(post(b"", b"body")[:-1])
    connection.protocol.give_up_receiving()
    assert connection.wire.written.startswith(b"HTTP/1.1 408")
    assert await connection.answers() == []
    assert connection.app.left == 1
    assert connection.wire.closed


async def test_once_stopping_the_last_answer_that_is_due_ends_the_connection(connection: Connection) -> None:
    await connection.send(SLOW, QUICK)
    connection.connections.stopping = True
    connection.protocol.stop()
    connection.protocol.shutdown()
    await connection.send(QUICK)  # on its way already
    assert not connection.wire.closed
    connection.app.go.set()
    assert len(await connection.answers()) == 3
    assert connection.wire.written.count(b"connection: close") == 1
    assert b"connection: close" in connection.wire.written.rpartition(b"HTTP/1.1")[2]
    assert connection.wire.closed


async def test_once_stopping_an_idle_connection_takes_one_more_request_until_it_is_ended(
    connection: Connection,
) -> None:
    connection.connections.stopping = True
    connection.protocol.stop()
    assert not connection.wire.closed
    (answer,) = await connection.answers(QUICK)
    assert answer["headers"] == ["host"]
    assert connection.wire.closed
