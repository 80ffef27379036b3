"""What was measured, judged and written."""

import json
from pathlib import Path

import pytest

from benchmarks.results import Measurement, Sense, write


@pytest.mark.parametrize(
    ("sense", "figure", "met"),
    [
        ("at least", 2.0, True),
        ("at least", 1.99, False),
        ("at most", 2.0, True),
        ("at most", 2.01, False),
        ("below", 1.99, True),
        ("below", 2.0, False),
    ],
)
def test_a_bar_is_met_by_its_sense(sense: Sense, figure: float, *, met: bool) -> None:
    assert Measurement("a", "b", figure, sense, 2.0).met is met


def test_a_row_without_a_bar_informs() -> None:
    assert Measurement("a", "b", 1.0).met is None


def test_the_file_tells_how_many_rounds_there_were_and_their_spread(tmp_path: Path) -> None:
    file = tmp_path / "new" / "results.json"
    write([Measurement("a", "b", 1.5, "below", 2, rounds=10, spread=(1.4, 1.6))], file, quick=True, duration_s=2.6)
    record = json.loads(file.read_text())
    assert (record["quick"], record["duration_s"]) == (True, 3)
    (row,) = record["rows"]
    assert (row["rounds"], row["spread"], row["met"]) == (10, [1.4, 1.6], True)
