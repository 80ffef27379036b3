"""Bodies that would be hundreds of thousands of things to a parser, in small."""

from benchmarks.faults import bodies


def test_they_are_refused_and_leave_no_memory_taken() -> None:
    bars = list(bodies.drill(True))
    assert len(bars) == 6
    assert [bar for bar in bars if not (bar.met or bar.timed)] == []
