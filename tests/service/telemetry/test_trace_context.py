"""The header `traceparent`, as W3C's recommendation has it."""

import pytest

from service.telemetry.trace_context import TraceContext

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


@pytest.mark.parametrize(("flags", "sampled"), [("00", False), ("01", True), ("02", False), ("03", True), ("ff", True)])
def test_the_trace_and_whether_it_is_recorded_are_read(flags: str, sampled: bool) -> None:
    assert TraceContext.of(f"00-{TRACE}-{SPAN}-{flags}".encode()) == TraceContext(TRACE, SPAN, sampled)


def test_a_later_version_may_have_more() -> None:
    assert TraceContext.of(f"cc-{TRACE}-{SPAN}-01-what-comes".encode()) == TraceContext(TRACE, SPAN, sampled=True)
    assert TraceContext.of(f"cc-{TRACE}-{SPAN}-01".encode()) == TraceContext(TRACE, SPAN, sampled=True)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "00",
        f"00-{TRACE}-{SPAN}",
        f"00-{TRACE}-{SPAN}-1",
        f"00-{TRACE}-{SPAN}-01-more",
        f"cc-{TRACE}-{SPAN}-01.more",
        f"ff-{TRACE}-{SPAN}-01",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE.upper()}-{SPAN}-01",
        f" 00-{TRACE}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-01\n",
        f"00-{TRACE[:-1]}é-{SPAN}-01",
        "x" * 10_000,
    ],
)
def test_what_is_malformed_is_as_if_nothing_had_come(header: str) -> None:
    assert TraceContext.of(header.encode()) is None
