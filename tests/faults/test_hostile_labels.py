"""The drill of hostile labels, small."""

from benchmarks.faults.hostile_labels import drill


def test_hostile_labels_make_no_series_and_one_line_each() -> None:
    bars = list(drill(quick=True))
    assert len(bars) == 3
    assert [bar for bar in bars if not bar.met] == []
