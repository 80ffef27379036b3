"""W3C trace context: the trace that a request belongs to, as the header `traceparent` tells."""

import re
from typing import NamedTuple

# version - trace id - parent id - flags; later versions may have more after these.
_TRACEPARENT = re.compile(rb"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?", re.DOTALL)
_NO_TRACE, _NO_SPAN = b"0" * 32, b"0" * 16


class SpanIds(NamedTuple):
    """Where a span is found, in lower-case hex."""

    trace_id: str
    span_id: str


class TraceContext(NamedTuple):
    """The caller's trace: its id and the caller's span in lower-case hex, and whether the caller records it."""

    trace_id: str
    span_id: str
    sampled: bool

    @classmethod
    def of(cls, header: bytes) -> "TraceContext | None":
        """What a header tells; None where it is malformed, which is as if none had come."""
        found = _TRACEPARENT.fullmatch(header)
        if found is None:
            return None
        version, trace_id, span_id, flags, more = found.groups()
        if version == b"ff" or (version == b"00" and more is not None) or trace_id == _NO_TRACE or span_id == _NO_SPAN:
            return None
        return cls(trace_id.decode(), span_id.decode(), bool(int(flags, 16) & 1))
