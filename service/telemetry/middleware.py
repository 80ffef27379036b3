"""The outermost layer of the service: each request's id, metrics, log line and trace, in one pass."""

import asyncio
import sys
import time
from collections.abc import Awaitable, Collection

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.metrics.metrics import Metrics
from service.settings import Settings
from service.telemetry.access_log import Answered, LineFormat, json_line, text_line
from service.telemetry.line_writer import LineWriter
from service.telemetry.record import KEY_NAME, RequestRecord, current
from service.telemetry.trace_context import SpanIds
from service.telemetry.tracing import Tracer

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"})
OTHER = "_OTHER"  # OpenTelemetry's word for a method that nobody knows
NO_ANSWER, CLIENT_GONE, FAILED = 0, 499, 500


class RequestTelemetry:
    """An ASGI app before another: what it tells of a request takes some microseconds.

    Labels of metrics are route templates, known methods and statuses alone, so that no client can make new series.
    """

    def __init__(
        self,
        app: ASGIApp,
        routes: Collection[str],
        metrics: Metrics,
        line_format: LineFormat | None = None,
        tracer: Tracer | None = None,
    ) -> None:
        """`routes` are paths that are answered without FastAPI's routing."""
        self._app, self._routes, self._metrics = app, frozenset(routes), metrics
        self._line_format, self._tracer = line_format, tracer
        self._writer: LineWriter[Answered] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or the app's lifespan."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            self._stop()
            return
        begun = time.perf_counter()
        record = RequestRecord(scope["headers"])
        current.set(record)
        status = NO_ANSWER

        def send_with_id(message: Message) -> Awaitable[None]:  # no coroutine of its own: that would take longer
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), (b"x-request-id", record.request_id.encode())]
            return send(message)

        requests = self._metrics.requests
        requests.active += 1
        try:
            await self._app(scope, receive, send_with_id)
        except asyncio.CancelledError:
            status = status or CLIENT_GONE
            raise
        finally:
            requests.active -= 1
            self._tell(scope, record, status or FAILED, time.perf_counter() - begun)

    def _tell(self, scope: Scope, record: RequestRecord, status: int, seconds: float) -> None:
        route = self._route(scope)
        method = scope["method"] if scope["method"] in METHODS else OTHER
        self._metrics.requests.ended((route, method, str(status)), seconds)
        if record.problem is not None:
            self._metrics.requests.rejected[record.problem] += 1
        ids = None if record.trace is None else SpanIds(record.trace.trace_id, record.trace.span_id)
        if self._tracer is not None and self._tracer.samples(record.trace):
            ids = self._span(self._tracer, scope, (route, method, status), record, seconds)
        if self._line_format is not None:
            path = scope.get("raw_path") or scope["path"].encode()
            key = scope.get(KEY_NAME)
            answered = Answered(record, scope["method"], route, path, status, seconds, time.time(), key, ids)
            (self._writer or self._started(self._line_format)).write(answered)

    def _route(self, scope: Scope) -> str:
        """The template of the route that answered; empty where there is none."""
        if scope["path"] in self._routes:
            return str(scope["path"])
        return str(getattr(scope.get("route"), "path", ""))

    def _span(
        self, tracer: Tracer, scope: Scope, outcome: tuple[str, str, int], record: RequestRecord, seconds: float
    ) -> SpanIds:
        """Record a span, its attributes by OpenTelemetry's conventions for HTTP servers."""
        route, method, status = outcome
        attributes: dict[str, str | int | float | bool] = {
            "http.request.method": method,
            "http.response.status_code": status,
            "url.path": scope["path"][:200],
            "url.scheme": scope.get("scheme", "http"),
            "rollcast.request_id": record.request_id,
        }
        if route:
            attributes["http.route"] = route
        if method == OTHER:
            attributes["http.request.method_original"] = scope["method"][:20]
        if record.problem is not None:
            attributes["error.type"] = record.problem
        if record.forecast is not None:
            manifest, horizon, windows = record.forecast
            attributes |= {"rollcast.model": manifest.title, "rollcast.horizon": horizon, "rollcast.windows": windows}
        name = f"{method} {route}" if route else method
        return tracer.record(name, seconds, attributes, record.trace, failed=status >= FAILED)

    def _started(self, line_format: LineFormat) -> LineWriter[Answered]:
        self._writer = writer = LineWriter(sys.stderr, line_format)
        self._metrics.sources.append(lambda: {"rollcast_log_lines_dropped_total": {(): float(writer.dropped)}})
        return writer

    def _stop(self) -> None:
        if self._writer is not None:
            self._writer.stop()
        if self._tracer is not None:
            self._tracer.stop()


def telemetry_of(settings: Settings, app: ASGIApp, routes: Collection[str], metrics: Metrics) -> RequestTelemetry:
    """What the settings ask to be told. Raises RollcastError where that needs an extra that is missing."""
    line_format = None
    if settings.access_log:
        line_format = json_line if settings.log_format == "json" else text_line
    tracer = Tracer(settings.otel_ratio) if settings.otel else None
    return RequestTelemetry(app, routes, metrics, line_format, tracer)
