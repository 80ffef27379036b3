"""What is known of the request that is being answered, gathered on its way for its log line, metrics and trace."""

import itertools
import re
import secrets
from collections.abc import Sequence
from contextvars import ContextVar
from typing import Any

from models.spec.manifest import Manifest
from service.telemetry.trace_context import TraceContext

# Where a request's scope names the API key that it came with.
KEY_NAME = "rollcast.key"

_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
# Ids that differ between processes, and within one; drawing each at random would take longer than all the rest.
_PROCESS = secrets.token_hex(6)
_numbers = itertools.count()


class RequestRecord:
    """One request. `forecast` is what it asks of a model, and `values` its windows where these are logged."""

    __slots__ = ("forecast", "problem", "request_id", "trace", "values")

    def __init__(self, headers: Sequence[tuple[bytes, bytes]] = ()) -> None:
        self.forecast: tuple[Manifest, int, int] | None = None  # the model, the horizon, how many windows
        self.problem: str | None = None
        self.values: Sequence[Any] | None = None
        self.trace: TraceContext | None = None
        fields = dict(reversed(headers))  # of those that come twice, the first counts
        parent, sent = fields.get(b"traceparent"), fields.get(b"x-request-id")
        if parent is not None:
            self.trace = TraceContext.of(parent)
        if sent is not None and _REQUEST_ID.fullmatch(sent):
            self.request_id = sent.decode()
        else:
            self.request_id = f"{_PROCESS}-{next(_numbers):x}"


current: ContextVar[RequestRecord | None] = ContextVar("current request", default=None)


def note_forecast(manifest: Manifest, horizon: int, windows: int) -> None:
    """Tell which model the present request asks, and for how much."""
    record = current.get()
    if record is not None:
        record.forecast = (manifest, horizon, windows)


def note_values(windows: Sequence[Any]) -> None:
    """Tell the present request's windows, to be logged."""
    record = current.get()
    if record is not None:
        record.values = windows


def note_problem(slug: str) -> None:
    """Tell the problem that the present request is answered with."""
    record = current.get()
    if record is not None:
        record.problem = slug
