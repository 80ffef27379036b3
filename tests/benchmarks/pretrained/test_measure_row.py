"""A row from a recipe or from a published version to its figures, in seconds."""

from pathlib import Path

import pytest

from benchmarks.accuracy.record import Asked
from benchmarks.pretrained.measure_row import measure_row
from benchmarks.pretrained.rows import Demand, PretrainedTable
from models.errors import UnknownModel
from models.registry.registry import Registry
from tests.benchmarks.accuracy.made_up_results import ASKED
from tests.benchmarks.pretrained.made_up_figures import growing_years, pretrained_row

ON_YEARS = (Demand("years", 9.0),)
SETS = {"years": growing_years}


def test_a_recipe_is_trained_once_for_the_same_code(tmp_path: Path) -> None:
    table = PretrainedTable(sets=SETS, trained=tmp_path).cut()
    row = pretrained_row("p", ON_YEARS, published="", recipe="any-series", values={"sources": ["us-employment"]})
    asked = Asked(10, 300, ASKED.code)
    result = measure_row(row, asked, table)
    assert (result.model, result.cut, result.name) == ("p@1", True, "p")
    assert (result.figures["years"].tasks, result.figures["years"].source) == (8, "p@1")
    assert {*result.figures["years"].intervals} == {80, 95}
    assert result.trained_s > 0
    assert result.backtest_mase is not None
    registry = Registry.at(tmp_path / "cut" / ASKED.code.commit)
    manifest = registry.manifest("p", 1)
    assert [source.name for source in manifest.data.sources] == ["us-employment"]
    assert result.sha256 == manifest.sha256

    kept = measure_row(row, asked, table)
    assert (kept.model, kept.figures["years"].mase) == ("p@1", result.figures["years"].mase)


def test_a_published_version_is_the_champion_or_the_newest(any_series_path: Path) -> None:
    table = PretrainedTable(sets=SETS, published=any_series_path)
    result = measure_row(pretrained_row("p", ON_YEARS), ASKED, table)
    assert result.model == "any-series@1"
    files = (any_series_path / "any-series" / "1").rglob("*")
    assert result.file_bytes == sum(file.stat().st_size for file in files if file.is_file())
    assert result.figures["years"].relative < 1.5
    assert result.is_of(pretrained_row("p", ON_YEARS), ASKED, result.sha256)


def test_what_is_not_published_is_not_measured(tmp_path: Path) -> None:
    table = PretrainedTable(sets=SETS, published=tmp_path)
    with pytest.raises(UnknownModel, match="any-series"):
        measure_row(pretrained_row("p", ON_YEARS), ASKED, table)
