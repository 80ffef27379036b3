"""Pretrained models in the command: classical methods first, each of them once, then the model in its own process."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from benchmarks.accuracy import __main__ as accuracy
from benchmarks.accuracy import run as rows_run
from benchmarks.accuracy.results import read
from benchmarks.pretrained.rows import Demand, PretrainedTable
from models.registry.registry import Registry
from tests.benchmarks.pretrained.made_up_figures import growing_years, pretrained_row

GOOD = pretrained_row("good", (Demand("years", 99.0),))
POOR = pretrained_row("poor", (Demand("years", 1e-9, by="AutoTheta"),))


def run(path: Path, *arguments: str, table: PretrainedTable) -> int:
    """Run the benchmark without rows of the plain command; its exit code."""
    with pytest.raises(SystemExit) as stopped:
        accuracy.main([*arguments, "--output", str(path)], (), table)
    assert isinstance(stopped.value.code, int)
    return stopped.value.code


@pytest.fixture
def table(any_series_path: Path, tmp_path: Path) -> PretrainedTable:
    published = shutil.copytree(any_series_path, tmp_path / "published")
    return PretrainedTable((GOOD, POOR), {"years": growing_years}, published, tmp_path / "trained")


@pytest.fixture
def asked_for(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The rows that are measured, here and not in a process of their own."""
    names: list[str] = []

    def here(name: str, work: Any, *arguments: Any) -> Any:
        names.append(name)
        return work(*arguments)

    monkeypatch.setattr(rows_run, "in_own_process", here)
    return names


def test_a_model_is_measured_beside_classical_methods_and_kept(
    tmp_path: Path, table: PretrainedTable, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "accuracy.json"
    assert run(path, "--row", "good", table=table) == 0
    results = read(path)
    assert [*results.classical["years"]] == ["seasonal naive 12", "AutoTheta", "AutoETS"]
    assert results.pretrained["good"].figures["years"].tasks == 12
    told = capsys.readouterr().out
    assert told.index("years: AutoETS … ") < told.index("good … ") < told.index("good: MASE on years")
    assert run(path, "--row", "good", table=table) == 0
    told = capsys.readouterr().out
    assert "good: kept from 20" in told
    assert "…" not in told


def test_a_missed_bar_is_told_by_the_exit_code_and_in_the_file(
    tmp_path: Path, table: PretrainedTable, asked_for: list[str]
) -> None:
    path = tmp_path / "accuracy.json"
    assert run(path, table=table) == 1
    assert asked_for == ["good", "poor"]
    written = json.loads(path.read_text())["pretrained"]
    assert [row["bars"][0]["met"] for row in written] == [True, False]
    assert run(path, "--row", "good", table=table) == 0
    assert run(path, "--row", "good", "--again", table=table) == 0
    assert asked_for == ["good", "poor", "good"]


def test_another_published_version_is_measured_anew(
    tmp_path: Path, table: PretrainedTable, asked_for: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "accuracy.json"
    run(path, "--row", "good", table=table)
    manifest = Registry.at(table.published).manifest("any-series", 1)
    other = manifest.model_copy(update={"sha256": "b" * 64})
    monkeypatch.setattr(rows_run, "usual_version", lambda *_: other)
    run(path, "--row", "good", table=table)
    assert asked_for == ["good", "good"]


def test_what_is_not_published_misses_its_bar_before_anything_is_measured(
    tmp_path: Path, table: PretrainedTable, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "accuracy.json"
    assert run(path, "--row", "good", table=table._replace(published=tmp_path / "empty")) == 1
    told = capsys.readouterr().out
    assert "ended early" in told
    assert "AutoTheta" not in told
    assert read(path).pretrained == {}


def test_what_is_measured_once_is_not_measured_cut(
    tmp_path: Path, table: PretrainedTable, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = (GOOD, pretrained_row("last", (Demand("years", 99.0),), once=True))
    assert run(tmp_path / "accuracy.json", "--cut", "300", "--row", "last", table=table._replace(rows=rows)) == 2
    assert "there is no last; there are good" in capsys.readouterr().err
