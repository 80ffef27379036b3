"""uvicorn's HTTP/1.1 protocol, with bounds and deadlines on what a client may do, and nothing lost at the end."""

import time
from typing import Any, cast

import httptools
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from service.connections import heads
from service.connections.heads import Problem, Refusal
from service.connections.raw_answers import raw_problem
from service.connections.table import Connections
from service.connections.wire import Wire
from service.http.problems import REQUEST_TIMEOUT

MAX_WAITING_BODY_BYTES = 1 << 20  # of all requests that wait behind the one being answered
# Each chunk of a body, however small, takes about a microsecond, in which nothing else is done.
MAX_SMALL_PARTS, SMALL_PART_BYTES = 20_000, 64
PROBE_S = 0.03  # next values are answered by then


class _NoMore(Exception):
    """Stops the parser: there are too many requests already."""


class Protocol(HttpToolsProtocol):
    """One connection.

    Reading goes on while a request is answered, so that a client that hangs up is noticed; what it sends meanwhile is
    bounded. A connection is ended gently: its last answer says so, then our side is shut, and what still comes is read
    and thrown away for a moment. A socket that is closed with bytes unread resets the connection, and the client may
    lose the answer that it was about to read.
    """

    def __init__(
        self, connections: Connections, config: Config, server_state: ServerState, app_state: dict[str, Any]
    ) -> None:
        super().__init__(config, server_state, app_state)
        self._connections = connections
        self._limits = connections.limits
        self._transport: Any = None
        self._wire: Wire
        # Receiving.
        self._begun_s = 0.0  # when the request began that is not there in full; 0 where there is none
        self._in_body = False
        self._unseen_bytes = 0  # fed to the parser since it last made something of them
        self._waiting_body_bytes = 0
        self._small_parts = 0  # of the body that is being received
        # Answering.
        self._running: RequestResponseCycle | None = None
        self._last_by_us: RequestResponseCycle | None = None  # the last, because the service is being stopped
        # Ending.
        self._deaf = False  # what comes is thrown away
        self._last_words: bytes | None = None  # said after the answers that are due
        self._half_closed = False
        self._ended = False
        self._why = "client"

    # What the event loop tells.

    def connection_made(self, transport: Any) -> None:
        """The connection is open."""
        super().connection_made(transport)
        transport.set_write_buffer_limits(self._limits.unsent_bytes)
        self._transport = transport
        self._wire = self.transport = cast(Any, Wire(transport, lambda: self._end("answered")))
        self._connections.made(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is closed; what was asked on it is given up."""
        self._ended = self._deaf = True
        if self._running is not None:
            _hang_up(self._running)
        self.pipeline.clear()
        super().connection_lost(exc)
        self._connections.lost(self, self._why)

    def data_received(self, data: bytes) -> None:
        """Take what the client sent."""
        if self._deaf:
            return
        self._unseen_bytes += len(data)
        try:
            self._feed(data)
        except httptools.HttpParserError as error:
            match error.__context__:
                case _NoMore():
                    self._refuse(None)
                case Refusal(problem=problem):
                    self._refuse(problem)
                case _:
                    self._refuse(heads.NOT_HTTP)
            return
        if self._begun_s:
            if self._unseen_bytes > self._limits.head_bytes:
                self._refuse(heads.too_large(self.url, self._limits.head_bytes))
            elif self not in self._connections.receiving and not self._answers_another():
                self._connections.receiving[self] = self._begun_s

    def eof_received(self) -> bool:  # type: ignore[override]
        """The client sends no more; it may still read, or be gone. False closes the connection."""
        if self._begun_s:
            self._refuse(None)
        if self._ended or self._running is None or self.scheme == "https":
            return False
        self._half_closed = self._deaf = True
        self.loop.call_later(PROBE_S, self._probe)
        return True

    def pause_writing(self) -> None:
        """The client does not take its answers: no further one is made until it does."""
        super().pause_writing()
        self._connections.stuck(self)

    def resume_writing(self) -> None:
        """It has taken most of them."""
        super().resume_writing()
        if not self._ended:
            self._connections.unsent.pop(self, None)

    # What the parser tells.

    def on_message_begin(self) -> None:
        """A request begins."""
        if not self._begun_s:
            self._begun_s = time.monotonic()
            self._connections.idle.pop(self, None)
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """A request's headers are there. Raises Refusal, and _NoMore."""
        limits = self._limits
        before: RequestResponseCycle | None = self.cycle
        if self.parser.should_upgrade():
            if self.parser.get_method() == b"CONNECT":
                raise Refusal(*heads.CONNECT)
            return  # it is read again, see _feed
        if self._unseen_bytes > limits.head_bytes and heads.size_bytes(self.url, self.headers) > limits.head_bytes:
            raise Refusal(*heads.too_large(self.url, limits.head_bytes))
        heads.check(self.parser.get_http_version(), self.headers)
        behind = before if before is not None and not before.response_complete else None
        if behind is not None and len(self.pipeline) >= limits.pipelined:
            raise _NoMore
        super().on_headers_complete()
        self._unseen_bytes = self._small_parts = 0
        self._in_body = True
        if behind is not None:
            self.flow.resume_reading()
        else:
            self._running = self.cycle
        if self._connections.stopping:
            if behind is not None and behind is self._last_by_us and not behind.response_started:
                behind.keep_alive = True
            self.stop()

    def on_body(self, body: bytes) -> None:
        """A part of a request's body is there. Raises Refusal, and _NoMore."""
        self._unseen_bytes = 0
        if len(body) < SMALL_PART_BYTES:
            self._small_parts += 1
            if self._small_parts > MAX_SMALL_PARTS:
                raise Refusal(*heads.TOO_MANY_PARTS)
        super().on_body(body)
        if self.cycle is not self._running and not self.cycle.response_complete:
            self._waiting_body_bytes += len(body)
            if self._waiting_body_bytes > MAX_WAITING_BODY_BYTES:
                raise _NoMore
            self.flow.resume_reading()

    def on_message_complete(self) -> None:
        """A request is there in full."""
        if self.parser.should_upgrade():
            return
        self._unseen_bytes = 0
        self._begun_s = 0.0
        self._in_body = False
        self._connections.receiving.pop(self, None)
        super().on_message_complete()
        if self.cycle.response_complete and not self._ended:
            self._connections.idle[self] = time.monotonic()  # it was answered before its end

    # What the answers tell.

    def on_response_complete(self) -> None:
        """An answer is written; the next request that waits may begin."""
        self.server_state.total_requests += 1
        self._running = None
        if self._ended:
            return
        self.flow.resume_reading()
        if self.pipeline:
            self._running, app = self.pipeline.pop()
            if not self.pipeline:
                self._waiting_body_bytes = 0
            task = self.loop.create_task(self._running.run_asgi(app))
            task.add_done_callback(self.tasks.discard)
            self.tasks.add(task)
        elif self._last_words is not None:
            self._say_last_words()
        elif self._half_closed:
            self._end("client")
        elif self._begun_s:
            self._connections.receiving[self] = self._begun_s
        else:
            self._connections.idle[self] = time.monotonic()

    # What the server and its sweep ask for.

    def stop(self) -> None:
        """The service is being stopped: the last answer that is due says that the connection ends."""
        if self._running is not None and self.cycle.keep_alive:
            self.cycle.keep_alive = False
            self._last_by_us = self.cycle

    def shutdown(self) -> None:
        """The service is being stopped, and no request that was on its way is expected any more."""
        if self._running is None and not self._begun_s:
            self._end("stopping")

    def close_idle(self) -> None:
        """End it: no request is under way on it."""
        self._end("idle")

    def give_up_receiving(self) -> None:
        """Refuse the request that does not come to its end."""
        detail = f"the request must arrive within {self._limits.receive_s:g} s"
        self._refuse(Problem(REQUEST_TIMEOUT, detail), "receipt")

    def cut(self, why: str) -> None:
        """End it at once."""
        self._ended = self._deaf = True
        self._why = why or self._why
        if why == "unsent":
            self._wire.reset_when_closed()
        self._transport.abort()

    def unsent_bytes(self) -> int:
        """How much of its answers the client has not taken."""
        return cast(int, self._transport.get_write_buffer_size())

    def has_ended(self) -> bool:
        """Whether it is ended here, and only lingers."""
        return self._ended

    # How it does these.

    def _feed(self, data: bytes) -> None:
        """Parse. A request that offers another protocol is read as if it did not, as a server may (RFC 9110, 7.8).

        Java's HttpClient and `curl --http2` offer h2c with every first request. The parser takes what follows the
        headers for the other protocol; so a new one is given the same headers without the offer, and then the rest.
        """
        rest: bytes | memoryview = data
        while True:
            try:
                self.parser.feed_data(rest)
            except httptools.HttpParserUpgrade as offer:
                end_of_head = offer.args[0]
            else:
                return
            parser = self.parser
            head = heads.without_offer(parser.get_method(), self.url, parser.get_http_version(), self.headers)
            self.parser = httptools.HttpRequestParser(self)
            self.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn does
            self.parser.feed_data(head)
            rest = memoryview(rest)[end_of_head:]

    def _answers_another(self) -> bool:
        """Whether it is busy with another request than the one that is being received."""
        return self._running is not None and not (self._in_body and self._running is self.cycle)

    def _refuse(self, problem: Problem | None, why: str = "request") -> None:
        """Read no further; answer what is due, then tell the problem, and end."""
        self._deaf, self._begun_s, self._why = True, 0.0, why
        self.flow.resume_reading()
        self._connections.receiving.pop(self, None)
        cycle = self.cycle
        if self._in_body:  # it is the newest request that is refused, and the app is told that its client has gone
            if cycle.response_started:
                problem = None
            if cycle is self._running:
                self._running = None
            elif not cycle.response_complete:
                self.pipeline.popleft()
            _hang_up(cycle)
        if problem is not None:
            self._last_words = raw_problem(problem.kind, problem.detail, self.server_state.default_headers)
        else:
            self._last_words = b""
            last = self.pipeline[0][0] if self.pipeline else self._running
            if last is not None:
                last.keep_alive = False
        if self._running is None:
            self._say_last_words()

    def _say_last_words(self) -> None:
        if self._last_words:
            self._wire.write(self._last_words)
        self._end(self._why)

    def _end(self, why: str) -> None:
        """End the connection gently."""
        if self._ended:
            return
        self._ended = self._deaf = True
        self._why = why
        self._begun_s = 0.0
        self.pipeline.clear()
        if self._half_closed or not self._transport.can_write_eof():
            self._transport.close()
        elif not self._transport.is_closing():
            self.flow.resume_reading()
            self._transport.write_eof()
        self._connections.ended(self)

    def _probe(self) -> None:
        """Look again and again whether a client that sends no more is gone."""
        if self._ended:
            return
        if self._wire.is_refused():
            self.cut("client")
            return
        if self._running is not None and not self._running.response_started:
            self._wire.send_first_byte()
        self.loop.call_later(PROBE_S, self._probe)


def _hang_up(cycle: RequestResponseCycle) -> None:
    """Tell the app that its client has gone."""
    cycle.disconnected = True
    cycle.message_event.set()
