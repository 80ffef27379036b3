"""What a single call may take more than before, and how lines are counted."""

from pathlib import Path

import pytest

from benchmarks.harness.processes import ROOT, TODAY, Code
from benchmarks.measures.against_before import RUNNING, count_lines, excess, worst_excess


@pytest.mark.parametrize(
    ("now_us", "before_us", "expected"),
    [
        (13.5, 12.0, 1.0),  # 1.5 us are more than 5 %
        (210.0, 200.0, 1.0),  # 5 % are more than 1.5 us
        (30.75, 30.0, 0.5),
        (203.0, 200.0, 0.3),
        (10.5, 12.0, -1.0),
        (12.0, 12.0, 0.0),
    ],
)
def test_the_allowance_is_five_percent_or_one_and_a_half_microseconds(
    now_us: float, before_us: float, expected: float
) -> None:
    assert excess(1e-6 * now_us, 1e-6 * before_us) == pytest.approx(expected)


def test_the_worst_call_counts_by_its_median_round() -> None:
    figures = {
        "window now": [190e-6, 400e-6, 205e-6],
        "window before": [200e-6, 200e-6, 200e-6],
        "step now": [11e-6, 11e-6, 12e-6],
        "step before": [10e-6, 11e-6, 12e-6],
    }
    assert worst_excess(figures, ["window", "step"]) == pytest.approx(0.5)
    assert worst_excess(figures, ["step"]) == pytest.approx(0.0)


def test_lines_are_those_of_the_files_that_are_there(tmp_path: Path) -> None:
    (tmp_path / "models/engine").mkdir(parents=True)
    (tmp_path / "models/engine/batch.py").write_text("a\nb\n")
    (tmp_path / "models/engine/stats.py").write_text("not one of them\n")
    row = count_lines(Code(tmp_path, "python"), TODAY)
    assert row.measured["now"] == 2
    assert row.figure == 2 / row.measured["before"]
    assert row.met


def test_the_files_that_run_a_rollout_are_those_of_today() -> None:
    assert [name for name in RUNNING if not (ROOT / "models" / f"{name}.py").exists()] == []
