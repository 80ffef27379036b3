"""What is told of each request, in one pass: id, metrics, log line, trace."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.metrics.catalogue import Series
from service.metrics.metrics import Metrics
from service.settings import Settings
from service.telemetry.access_log import Answered, json_line, text_line
from service.telemetry.middleware import RequestTelemetry, telemetry_of
from service.telemetry.record import current, note_forecast, note_problem
from service.telemetry.tracing import Tracer
from tests.service.metrics.test_training_facts import manifest_of

pytestmark = pytest.mark.anyio

TRACEPARENT = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def scope_of(method: str = "POST", path: str = "/predict", *headers: tuple[bytes, bytes]) -> Scope:
    return {"type": "http", "method": method, "path": path, "raw_path": path.encode(), "headers": list(headers)}


async def nothing() -> Message:
    return {"type": "http.disconnect"}


def answering(status: int, before: Callable[[Scope], object] = lambda _: None) -> ASGIApp:
    async def app(scope: Scope, _: Receive, send: Send) -> None:
        before(scope)
        await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", b"text/plain")]})
        await send({"type": "http.response.body", "body": b"body"})

    return app


class Told:
    """A service that answers as told, and what is told of it."""

    def __init__(self, app: ASGIApp, tracer: Tracer | None = None) -> None:
        self.metrics, self.lines, self.sent = Metrics(), list[Answered](), list[Message]()
        self.app = RequestTelemetry(app, {"/predict"}, self.metrics, self._keep, tracer)

    async def ask(self, *scopes: Scope) -> None:
        async def send(message: Message) -> None:
            self.sent.append(message)

        try:
            await asyncio.gather(*[self.app(scope, nothing, send) for scope in scopes])
        finally:
            self.app._stop()  # as the end of the lifespan does

    def _keep(self, answered: Answered) -> str:
        self.lines.append(answered)
        return ""

    @property
    def durations(self) -> set[tuple[str, ...]]:
        series: Series = self.metrics.series()
        return set(series["http_server_request_duration_seconds"])


@pytest.fixture(autouse=True)
def _quiet(capsys: pytest.CaptureFixture[str]) -> None:
    """The lines of these tests are empty."""


async def test_the_id_comes_back_and_is_that_of_the_line() -> None:
    told = Told(answering(200))
    await told.ask(scope_of("POST", "/predict", (b"x-request-id", b"mine")))
    assert told.sent[0]["headers"] == [(b"content-type", b"text/plain"), (b"x-request-id", b"mine")]
    (line,) = told.lines
    assert (line.record.request_id, line.method, line.route, line.path) == ("mine", "POST", "/predict", b"/predict")
    assert line.status == 200
    assert 0 <= line.seconds < 10


async def test_what_is_noted_on_the_way_reaches_the_line_and_the_metrics() -> None:
    manifest = manifest_of()

    def note(scope: Scope) -> None:
        note_forecast(manifest, 5, 2)
        note_problem("overloaded")
        scope["rollcast.key"] = "ci"

    told = Told(answering(503, note))
    await told.ask(scope_of())
    (line,) = told.lines
    assert (line.record.forecast, line.record.problem, line.key) == ((manifest, 5, 2), "overloaded", "ci")
    assert told.metrics.series()["rollcast_requests_rejected_total"] == {("overloaded",): 1.0}


class Route:
    path = "/models/{name}"


@pytest.mark.parametrize(
    ("method", "path", "route", "label"),
    [
        ("GET", "/models/x", Route(), ("/models/{name}", "GET", "200")),
        ("GET", "/models/y", Route(), ("/models/{name}", "GET", "200")),
        ("BREW", "/models/x", Route(), ("/models/{name}", "_OTHER", "200")),
        ("GET", "/nowhere", None, ("", "GET", "200")),
        ("GET", "/predict", None, ("/predict", "GET", "200")),
    ],
)
async def test_labels_are_templates_known_methods_and_statuses(
    method: str, path: str, route: object, label: tuple[str, ...]
) -> None:
    told = Told(answering(200, lambda scope: scope.update({"route": route} if route else {})))
    await told.ask(scope_of(method, path))
    assert told.durations == {label}


async def test_requests_that_end_in_other_ways_are_told_as_well() -> None:
    async def fails(_: Scope, __: Receive, ___: Send) -> None:
        raise ZeroDivisionError

    async def waits(_: Scope, __: Receive, ___: Send) -> None:
        await asyncio.sleep(60)

    failing, waiting = Told(fails), Told(waits)
    with pytest.raises(ZeroDivisionError):
        await failing.ask(scope_of())
    task = asyncio.create_task(waiting.ask(scope_of()))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert waiting.metrics.requests.active == 1
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert failing.durations == {("/predict", "POST", "500")}
    assert waiting.durations == {("/predict", "POST", "499")}
    assert (failing.metrics.requests.active, waiting.metrics.requests.active) == (0, 0)


async def test_each_request_has_a_record_of_its_own() -> None:
    seen: list[Any] = []
    told = Told(answering(200, lambda _: seen.append(current.get())))
    await told.ask(scope_of(), scope_of())
    assert seen[0] is not seen[1]
    assert len({line.record.request_id for line in told.lines}) == 2


async def test_a_sampled_request_becomes_a_span_by_the_conventions_and_its_line_names_it() -> None:
    exporter = InMemorySpanExporter()
    manifest = manifest_of()
    told = Told(answering(200, lambda _: note_forecast(manifest, 5, 2)), Tracer(0.0, exporter))
    await told.ask(scope_of("POST", "/predict", (b"traceparent", TRACEPARENT), (b"x-request-id", b"mine")))
    (span,), (line,) = exporter.get_finished_spans(), told.lines
    assert span.name == "POST /predict"
    assert dict(span.attributes or {}) == {
        "http.request.method": "POST",
        "http.response.status_code": 200,
        "http.route": "/predict",
        "url.path": "/predict",
        "url.scheme": "http",
        "rollcast.request_id": "mine",
        "rollcast.model": "tiny@1",
        "rollcast.horizon": 5,
        "rollcast.windows": 2,
    }
    assert span.context is not None
    assert line.span is not None
    assert line.span.trace_id == "0af7651916cd43dd8448eb211c80319c"
    assert line.span.span_id == f"{span.context.span_id:016x}"


async def test_a_failed_request_of_no_known_route_is_a_span_with_its_error() -> None:
    exporter = InMemorySpanExporter()
    told = Told(answering(500, lambda _: note_problem("internal-error")), Tracer(1.0, exporter))
    await told.ask(scope_of("BREW", "/coffee"))
    (span,) = exporter.get_finished_spans()
    attributes = dict(span.attributes or {})
    assert (span.name, span.status.is_ok) == ("_OTHER", False)
    assert attributes["http.request.method_original"] == "BREW"
    assert attributes["error.type"] == "internal-error"
    assert "http.route" not in attributes


async def test_a_request_that_is_not_sampled_is_no_span_and_its_line_has_the_callers_ids() -> None:
    exporter = InMemorySpanExporter()
    told = Told(answering(200), Tracer(1.0, exporter))
    await told.ask(scope_of("POST", "/predict", (b"traceparent", TRACEPARENT[:-1] + b"0")))
    assert exporter.get_finished_spans() == ()
    (line,) = told.lines
    assert line.span == ("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331")


@pytest.mark.parametrize(
    ("settings", "line_format"),
    [
        (Settings(), None),
        (Settings(log_format="json"), json_line),
        (Settings(log_format="json", access_log=False), None),
        (Settings(access_log=True), text_line),
    ],
)
def test_the_settings_say_what_is_told(settings: Settings, line_format: object) -> None:
    telemetry = telemetry_of(settings, answering(200), {"/predict"}, Metrics())
    assert telemetry._line_format is line_format
    assert telemetry._tracer is None
