"""Ten times as much as can be answered, in small."""

from benchmarks.faults import overload


def test_whoever_is_not_answered_is_told_to_come_back() -> None:
    bars = list(overload.drill(True))
    assert len(bars) == 11
    assert [bar for bar in bars if not (bar.met or bar.timed)] == []
