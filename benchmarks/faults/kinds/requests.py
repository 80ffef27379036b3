"""Faults of requests: bodies that are too deep, too wide, no JSON, or no numbers."""

from collections.abc import Callable, Mapping

from benchmarks.faults.kinds.stage import Stage

WINDOW = b"[0.1, 0.2, 0.3, 0.4, 0.5]"


def refused(body: bytes, *statuses: int) -> Callable[[Stage], None]:
    """Send this body, which must be refused with one of these statuses."""
    return lambda stage: stage.refused(body, *statuses)


def steady(more: bytes, window: bytes = WINDOW) -> bytes:
    """A body that would be right but for `more`, or its window."""
    return b'{"model": "steady", "window": ' + window + more + b"}"


FAULTS: Mapping[str, Callable[[Stage], None]] = {
    "1 MB of empty windows": refused(b'{"windows": [' + b"[]," * 340_000 + b"[]]}", 413, 422),
    "1 MB of nested lists": refused(b'{"x": ' + b"[" * 500_000 + b"]" * 500_000 + b"}", 400, 413, 422),
    "1 MB of nested objects": refused(b'{"a":' * 200_000 + b"1" + b"}" * 200_000, 400, 413, 422),
    "2 MB": refused(steady(b"", b"[" + b"1," * (1 << 20) + b"1]"), 413),
    "NaN in a window": refused(steady(b"", b"[0.1, NaN, 0.3, 0.4, 0.5]"), 400, 422),
    "1e999 in a window": refused(steady(b"", b"[0.1, 1e999, 0.3, 0.4, 0.5]"), 422),
    "values beyond the network": refused(steady(b"", b"[1e308, -1e308, 1e308, -1e308, 1e308]"), 422),
    "a number of 5,000 digits": refused(steady(b', "horizon": ' + b"1" * 5000), 400, 422),
    "a key that comes twice": refused(steady(b', "window": ' + WINDOW), 400, 422),
    "half a character": refused(steady(b', "freq": "\xc3"'), 400, 422),
    "UTF-16": refused(steady(b"").decode().encode("utf-16"), 400),
    "an unknown model": refused(b'{"model": "steadi", "window": ' + WINDOW + b"}", 404),
    "a horizon beyond the limit": refused(steady(b', "horizon": 9223372036854775807'), 422),
}
