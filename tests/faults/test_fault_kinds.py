"""The small version of the drill: each kind of fault once."""

from benchmarks.faults.fault_kinds import GROUPS, fault_kinds


def test_no_kind_of_fault_loses_or_changes_an_answer() -> None:
    bars = list(fault_kinds(quick=True))
    assert len(bars) == len(GROUPS) + 1
    assert [bar for bar in bars if not bar.met] == []
