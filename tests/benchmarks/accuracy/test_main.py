"""The small version of `make accuracy`, and which rows it trains."""

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.accuracy import __main__ as accuracy
from benchmarks.accuracy import run as rows_run
from benchmarks.accuracy.measured_code import measured_code
from benchmarks.accuracy.record import Asked, RowResult
from benchmarks.accuracy.results import Results, read, write
from benchmarks.accuracy.rows import ROWS, Row
from benchmarks.pretrained.rows import PretrainedTable
from tests.benchmarks.accuracy.made_up_results import result_of, row_of
from training.errors import SeriesError

# One plan alone goes with these, so that none is tried first.
TINY = {"horizon": 4, "season": [200], "rollout": "window", "units": [4], "members": 1, "epochs": 2, "batches": 3}
GOOD, POOR = row_of("good"), row_of("poor", at_most=0.5)
WHOLE = Asked(10.0, None, measured_code())
NONE = PretrainedTable(rows=())


def run(path: Path, *arguments: str, rows: list[Row]) -> int:
    """Run the benchmark; its exit code."""
    with pytest.raises(SystemExit) as stopped:
        accuracy.main([*arguments, "--output", str(path)], rows, NONE)
    assert isinstance(stopped.value.code, int)
    return stopped.value.code


def no_training(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Have rows make results up, and fail where they are called bad; the list tells which were asked for."""
    asked_for: list[str] = []

    def made_up(_name: str, _work: object, row: Row, asked: Asked) -> RowResult:
        asked_for.append(row.name)
        if row.name == "bad":
            raise SeriesError("the series is too short")
        return result_of(row, asked=asked)

    monkeypatch.setattr(rows_run, "in_own_process", made_up)
    return asked_for


def test_a_row_is_trained_tested_and_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path, (demand, *_) = tmp_path / "accuracy.json", ROWS
    rows = [demand._replace(values={**demand.values, **TINY}, at_most=0.0)]
    arguments = ("--cut", "2400", "--minutes", "0.05")
    assert run(path, *arguments, rows=rows) == 1
    result = read(path).rows["demand"]
    assert result.is_of(rows[0], Asked(0.05, 2400, measured_code()))
    assert (result.horizon, result.series, result.origins) == (4, 1, 477)
    assert {"last value", "seasonal naive 200"} < {*result.baselines}
    assert result.model.mase is not None
    assert {50, 80, 90, 95} == {*result.coverage}
    assert result.intervals is not None
    assert result.intervals.reference == "victoria-demand@3"
    assert result.intervals.adapted_origins == 60
    assert result.intervals.adapted_coverage != result.intervals.plain_coverage
    assert result.intervals.adapt_cost > 1
    assert "demand: MAE" in capsys.readouterr().out
    asked_for = no_training(monkeypatch)
    assert run(path, *arguments, rows=rows) == 1
    assert "demand: kept from 20" in capsys.readouterr().out
    assert asked_for == []


def test_a_model_is_updated_with_the_rows_after_its_training(tmp_path: Path) -> None:
    path, row = tmp_path / "accuracy.json", next(row for row in ROWS if row.new_rows)
    rows = [row._replace(values={**row.values, **TINY}, at_most=1e9)]
    run(path, "--cut", "1600", "--minutes", "0.05", rows=rows)
    update = read(path).rows[row.name].update
    assert update is not None
    assert update.new_rows == 200
    assert update.seconds > 1
    assert update.published == (update.error != update.error_before)
    assert update.ratio == pytest.approx(update.error / update.error_before)


def test_a_missed_bar_is_told_by_the_exit_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    no_training(monkeypatch)
    path = tmp_path / "accuracy.json"
    assert run(path, rows=[GOOD]) == 0
    assert run(path, rows=[GOOD, POOR]) == 1
    assert run(path, "--row", "good", rows=[GOOD, POOR]) == 0
    met = {row["values"]["name"]: row["bars"][0]["met"] for row in json.loads(path.read_text())["rows"]}
    assert met == {"good": True, "poor": False}


@pytest.mark.parametrize(
    ("arguments", "trained"),
    [
        ([], ["new"]),
        (["--again"], ["good", "new"]),
        (["--row", "good"], []),
        (["--row", "good", "--again"], ["good"]),
        (["--minutes", "3"], ["good", "new"]),
        (["--cut", "300"], ["good", "new"]),
    ],
)
def test_rows_that_the_file_holds_are_not_trained_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], trained: list[str]
) -> None:
    asked_for, path, rows = no_training(monkeypatch), tmp_path / "accuracy.json", [GOOD, row_of("new")]
    write(path, Results({"good": result_of(GOOD, asked=WHOLE)}), rows)
    assert run(path, *arguments, rows=rows) == 0
    assert asked_for == trained


def test_a_row_that_fails_leaves_the_others_and_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked_for, path = no_training(monkeypatch), tmp_path / "accuracy.json"
    assert run(path, rows=[row_of("bad"), GOOD]) == 1
    assert asked_for == ["bad", "good"]
    assert {*read(path).rows} == {"good"}
    told = capsys.readouterr().out
    assert "bad: ended early\n" in told
    assert "ended early: the series is too short" in told


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--row", "god"], "there is no god; there are good, poor"),
        (["--cut", "0"], "--cut takes a number of rows from 1 up, not 0"),
    ],
)
def test_what_can_not_be_run_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert run(tmp_path / "accuracy.json", *arguments, rows=[GOOD, POOR]) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(("minutes", "cut", "committed"), [(10.0, None, True), (5.0, None, False), (10.0, 300, False)])
def test_only_whole_runs_are_for_the_committed_file(minutes: float, cut: int | None, *, committed: bool) -> None:
    path: Any = accuracy.usual_output(Asked(minutes, cut, WHOLE.code))
    assert (path == accuracy.COMMITTED) is committed
    assert ("results" in path.parts) is not committed
