"""Spans: which requests get one, and what it tells."""

import sys

import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from models.errors import RollcastError
from service.telemetry.trace_context import SpanIds, TraceContext
from service.telemetry.tracing import Tracer, check_extra

PARENT = TraceContext("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", sampled=True)


def test_the_caller_decides_what_is_sampled_and_chance_where_nobody_did() -> None:
    never, always = Tracer(0.0, InMemorySpanExporter()), Tracer(1.0, InMemorySpanExporter())
    assert [tracer.samples(PARENT) for tracer in (never, always)] == [True, True]
    assert [tracer.samples(PARENT._replace(sampled=False)) for tracer in (never, always)] == [False, False]
    assert not any(never.samples(None) for _ in range(100))
    assert all(always.samples(None) for _ in range(100))
    for tracer in (never, always):
        tracer.stop()


def test_a_span_tells_the_request_and_belongs_to_the_callers_trace() -> None:
    exporter = InMemorySpanExporter()
    tracer = Tracer(1.0, exporter)
    ids = tracer.record("POST /predict", 0.25, {"http.response.status_code": 200}, PARENT, failed=False)
    alone = tracer.record("GET", 0.0, {}, None, failed=True)
    tracer.stop()
    first, second = exporter.get_finished_spans()
    assert (first.name, first.kind, dict(first.attributes or {})) == (
        "POST /predict",
        SpanKind.SERVER,
        {"http.response.status_code": 200},
    )
    assert first.start_time is not None
    assert first.end_time is not None
    assert first.end_time - first.start_time == 250_000_000
    assert first.parent is not None
    assert f"{first.parent.span_id:016x}" == PARENT.span_id
    assert first.context is not None
    assert ids == SpanIds(PARENT.trace_id, f"{first.context.span_id:016x}")
    assert ids.span_id != PARENT.span_id
    assert first.resource.attributes["service.name"] == "rollcast"
    assert first.status.status_code is StatusCode.UNSET
    assert second.parent is None
    assert second.status.status_code is StatusCode.ERROR
    assert len(alone.trace_id) == 32


def test_the_name_of_the_service_is_the_operators(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_SERVICE_NAME", "forecasts")
    exporter = InMemorySpanExporter()
    tracer = Tracer(1.0, exporter)
    tracer.record("GET", 0.0, {}, None, failed=False)
    tracer.stop()
    (span,) = exporter.get_finished_spans()
    assert span.resource.attributes["service.name"] == "forecasts"


def test_without_the_extra_one_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http", None)
    for ask in (check_extra, lambda: Tracer(1.0)):
        with pytest.raises(RollcastError, match=r"pip install 'rollcast\[telemetry\]'"):
            ask()
