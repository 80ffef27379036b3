"""Results are read as they were written, and kept for as long as they would come again."""

import json
from pathlib import Path

import pytest

from benchmarks.accuracy.measured_code import Code
from benchmarks.accuracy.record import Asked
from benchmarks.accuracy.results import Results, read, write
from benchmarks.pretrained.rows import Demand
from tests.benchmarks.accuracy.made_up_results import ASKED, intervals_of, result_of, row_of
from tests.benchmarks.pretrained.made_up_figures import figures, pretrained_result, pretrained_row

ROWS = [row_of("a", group="short series"), row_of("b", intervals=True)]


def test_results_are_read_as_they_were_written(tmp_path: Path) -> None:
    path = tmp_path / "new" / "accuracy.json"
    results = Results({"b": result_of(ROWS[1], 11.0, intervals=intervals_of()), "a": result_of(ROWS[0])})
    write(path, results, ROWS)
    assert read(path) == results
    document = json.loads(path.read_text())
    assert [row["values"]["name"] for row in document["rows"]] == ["a", "b"]
    ratio = document["rows"][1]["bars"][0]
    assert (ratio["figure"], ratio["at_most"], ratio["met"]) == (1.1, 1.0, False)
    assert document["groups"]["short series"]["figure"] == pytest.approx(0.8)


def test_no_file_holds_no_results(tmp_path: Path) -> None:
    assert read(tmp_path / "accuracy.json") == Results()


def test_those_of_pretrained_models_and_of_classical_methods_are_read_as_well(tmp_path: Path) -> None:
    path, row = tmp_path / "accuracy.json", pretrained_row("p", (Demand("m3-monthly", 0.9),))
    results = Results(
        {"a": result_of(ROWS[0])},
        {"p": pretrained_result(row, {"m3-monthly": figures(0.95)})},
        {"m3-monthly": {"AutoETS": figures(0.8)}},
    )
    write(path, results, ROWS, [row])
    assert read(path) == results
    (written,) = json.loads(path.read_text())["pretrained"]
    assert written["bars"] == [{"what": "MASE on m3-monthly", "figure": 0.95, "at_most": 0.9, "met": False}]


def test_a_file_of_before_has_no_pretrained_models(tmp_path: Path) -> None:
    path = tmp_path / "accuracy.json"
    path.write_text('{"rows": [], "groups": {}}')
    assert read(path) == Results()


@pytest.mark.parametrize(
    "content", ["", "[]", '{"rows": [{"values": {}}]}', '{"rows": [3]}', '{"rows": [], "classical": 3}']
)
def test_another_file_is_not_written_over(tmp_path: Path, content: str) -> None:
    path = tmp_path / "accuracy.json"
    path.write_text(content)
    with pytest.raises(SystemExit, match="does not hold results of this benchmark: remove it, or name another file"):
        read(path)


def test_a_result_is_of_its_row_its_minutes_its_cut_and_its_code() -> None:
    row = row_of("a")
    result = result_of(row)
    assert result.is_of(row, ASKED)
    assert result.is_of(row._replace(at_most=0.1), ASKED)
    assert not result.is_of(row._replace(values={**row.values, "horizon": 3}), ASKED)
    for asked in (
        Asked(5, None, ASKED.code),
        Asked(10, 300, ASKED.code),
        Asked(10, None, Code("1.1", "abc")),
        Asked(10, None, Code("1.0", "abc+1")),
    ):
        assert not result.is_of(row, asked)
