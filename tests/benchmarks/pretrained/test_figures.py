"""Figures in a file and as a table."""

from pathlib import Path

import numpy as np
import pytest

from benchmarks.pretrained.figures import Figures, IntervalFigures, mean_relative, read, show, write
from benchmarks.pretrained.methods import Forecast
from benchmarks.pretrained.sets import EvaluationSet, Task

GIVEN = EvaluationSet((2,), 2, (Task("a", np.array([1.0, 2, 5, 4]), np.array([7.0, 6])),))


def figures(relative: float = 0.5) -> Figures:
    forecast = Forecast(np.array([[6.0, 5]]), {80: np.array([[6.5, 6.5]])}, {80: np.array([[8.0, 8]])})
    return Figures.of(GIVEN, forecast, 1.234, "made up 1").model_copy(update={"relative": relative})


def test_a_forecast_is_scored() -> None:
    found = figures()
    assert (found.tasks, found.mase, found.mae, found.left_out) == pytest.approx((1, 1 / 3, 1, 0))
    assert (found.seconds, found.source) == (1.2, "made up 1")
    assert found.intervals == {80: IntervalFigures(coverage=0.5, score=(1.5 + 2.5 / 0.5 * 0.5 * 0.5 * 2) / 3)}


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "new" / "figures.json"
    assert read(path) == {}
    write(path, {"m3": {"AutoETS": figures()}})
    assert read(path) == {"m3": {"AutoETS": figures()}}


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "figures.json"
    path.write_text('{"m3": {"AutoETS": {"mase": 1}}}')
    with pytest.raises(SystemExit, match=r"does not hold figures of this benchmark: remove it, or name another"):
        read(path)


def test_the_mean_over_sets_is_geometric_and_needs_all_of_them() -> None:
    known = {"a": {"AutoETS": figures(0.5)}, "b": {"AutoETS": figures(0.98)}, "c": {}}
    assert mean_relative(known, "AutoETS", ["a", "b"]) == pytest.approx(0.7)
    assert mean_relative(known, "AutoETS", ["a", "b", "c"]) is None
    assert mean_relative(known, "AutoETS", ["a", "d"]) is None


def test_the_table_has_a_line_for_each_method_on_each_set(capsys: pytest.CaptureFixture[str]) -> None:
    show({"m3": {"AutoETS": figures()}})
    line = capsys.readouterr().out.splitlines()[1].split("  ")
    assert [cell.strip() for cell in line if cell.strip()] == [
        "m3", "AutoETS", "1", "0.3333", "0.5000", "1", "80 %: 50.0 %, score 1.333", "1",
    ]  # fmt: skip
