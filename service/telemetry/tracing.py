"""One OpenTelemetry span for each request that is sampled, made by hand when the request ends.

Automatic instrumentation takes half as long as a next value. Here a request that is not sampled pays for one random
number. The exporter is set up by the standard OTEL_* variables.
"""

import random
import time
from collections.abc import Mapping
from importlib.metadata import version
from typing import TYPE_CHECKING

from models.errors import RollcastError
from service.telemetry.trace_context import SpanIds, TraceContext

if TYPE_CHECKING:
    from opentelemetry.sdk.trace.export import SpanExporter

Attributes = Mapping[str, str | int | float | bool]


def check_extra() -> None:
    """Raise RollcastError where the extra `telemetry` is not installed."""
    try:
        import opentelemetry.exporter.otlp.proto.http
        import opentelemetry.sdk.trace  # noqa: F401
    except ImportError as error:
        raise RollcastError(
            "ROLLCAST_OTEL needs the extra telemetry: pip install 'rollcast[telemetry]', or leave it off"
        ) from error


class Tracer:
    """Makes spans and hands them to an exporter, OTLP over HTTP by default."""

    def __init__(self, ratio: float, exporter: "SpanExporter | None" = None) -> None:
        """`ratio` is the share of requests that are sampled where the caller did not decide.

        Raises RollcastError where the extra `telemetry` is not installed.
        """
        check_extra()
        from opentelemetry import trace
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
        from opentelemetry.sdk.trace.sampling import ALWAYS_ON

        self._ratio = ratio
        self._trace = trace
        resource = Resource.create({"service.version": version("rollcast")})
        if str(resource.attributes["service.name"]).startswith("unknown_service"):  # OTEL_SERVICE_NAME comes first
            resource = resource.merge(Resource({"service.name": "rollcast"}))
        # What is sampled is decided here, so that the others cost nothing.
        self._provider = TracerProvider(sampler=ALWAYS_ON, resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(exporter or OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer("rollcast", version("rollcast"))

    def samples(self, parent: TraceContext | None) -> bool:
        """Whether a request is recorded: as the caller decided, else by chance."""
        return random.random() < self._ratio if parent is None else parent.sampled  # noqa: S311  # nosec B311 (no secret)

    def record(
        self, name: str, seconds: float, attributes: Attributes, parent: TraceContext | None, *, failed: bool
    ) -> SpanIds:
        """Record a span that ends now."""
        trace = self._trace
        context = None
        if parent is not None:
            caller = trace.SpanContext(
                int(parent.trace_id, 16),
                int(parent.span_id, 16),
                is_remote=True,
                trace_flags=trace.TraceFlags(trace.TraceFlags.SAMPLED),
            )
            context = trace.set_span_in_context(trace.NonRecordingSpan(caller))
        end = time.time_ns()
        span = self._tracer.start_span(
            name, context, trace.SpanKind.SERVER, attributes, start_time=end - round(1e9 * seconds)
        )
        if failed:
            span.set_status(trace.StatusCode.ERROR)
        span.end(end)
        ids = span.get_span_context()
        return SpanIds(trace.format_trace_id(ids.trace_id), trace.format_span_id(ids.span_id))

    def stop(self) -> None:
        """Export what waits, and end."""
        self._provider.shutdown()
