"""Reading series from files: columns, times and everything that a file can get wrong."""

import hashlib
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars
import pytest

from training.errors import MissingExtra, SeriesError
from training.reading.series import Series, read_series, sha256
from training.recipes.sections import SeriesSection


def write(folder: Path, content: str | bytes, name: str = "load.csv") -> str:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


def read(path: str, **values: Any) -> tuple[Series, ...]:
    return read_series(SeriesSection(csv=path, **values))


def test_columns_are_read_in_the_order_asked_for(tmp_path: Path) -> None:
    (series,) = read(write(tmp_path, "day,a,b\nmon,1,10\ntue,2.5,-2e1\n"), column=["b", "a"])
    assert series.values.tolist() == [[10, 1], [-20, 2.5]]
    assert (series.columns, series.source) == (("b", "a"), "load.csv")
    assert (series.id, series.times, series.frequency, series.filled_rows) == ("", None, None, 0)
    assert sha256([series]) == hashlib.sha256(np.array([[10, 1], [-20, 2.5]]).tobytes()).hexdigest()


def test_the_hash_of_several_series_is_that_of_their_values_in_turn() -> None:
    one, other = (Series(np.array(rows), ("a",), "x") for rows in ([[1.0], [2]], [[3.0]]))
    assert sha256([one, other]) == hashlib.sha256(np.array([1.0, 2, 3]).tobytes()).hexdigest()


@pytest.mark.parametrize(
    "content", ["day,a\nmon,1\ntue,2\n", "a\n1\n2\n\n\n", "\ufeffa\r\n1\r\n2\r\n", "a,flag\n 1 ,true\n2,false\n"]
)
def test_the_only_numeric_column_needs_no_name(tmp_path: Path, content: str) -> None:
    (series,) = read(write(tmp_path, content))
    assert (series.columns, series.values.tolist()) == (("a",), [[1], [2]])


def test_parquet_is_read_as_well(tmp_path: Path) -> None:
    path = tmp_path / "load.parquet"
    polars.DataFrame({"when": ["x", "y"], "load": [1, 2], "ok": [True, False]}).write_parquet(path)
    assert read(str(path))[0].values.tolist() == [[1], [2]]
    with pytest.raises(SeriesError, match="row 1 of column \"ok\" is 'True'"):
        read(str(path), column=["ok"])


def test_a_file_inside_a_package_is_read() -> None:
    (series,) = read("package://tsdata/fpp3/vic_elec.csv", column=["Demand"], time="Time")
    assert series.values.shape == (52608, 1)
    assert series.values[0, 0] == 4382.825174
    assert series.frequency == "30m"
    assert series.times is not None
    assert series.times[[0, -1]].tolist() == [datetime(2011, 12, 31, 13), datetime(2014, 12, 31, 12, 30)]
    assert series.source == "package://tsdata/fpp3/vic_elec.csv"


@pytest.mark.parametrize("package", ["no_such_package", "json.decoder", ""])
def test_a_missing_package_is_told_with_its_extra(package: str) -> None:
    with pytest.raises(MissingExtra, match=r"pip install 'rollcast\[examples\]'"):
        read(f"package://{package}/x.csv")


@pytest.mark.parametrize(
    ("content", "columns", "message"),
    [
        ("", [], "is empty; its first line must name the columns"),
        ("a\n", [], "has no rows below its header"),
        ("a\n\n\n", [], "has no rows below its header"),
        ("load,temp\n1,2\n", ["laod"], 'no column "laod"; did you mean load'),
        ("load,temp\n1,2\n", [], "has several numeric columns; choose with --column among load, temp"),
        ("day,flag\nmon,true\n", [], "has no numeric column; choose with --column among day, flag"),
        ("4.5\n4.6\n", [], "the first line of .* must name the columns, but it reads 4.5"),
        ("a\n1\n\n3\n", ["a"], r'row 2 \(line 3\) of column "a" is empty; every cell must be a finite number'),
        ("a,b\n1,1\n2,\n,\n4,1\n", ["b"], r'row 2 \(line 3\) of column "b" is empty, as are 1 more'),
        ("a\n1\nn/a\n", [], r"row 2 \(line 3\) of column \"a\" is 'n/a'"),
        ("a\n1\nNaN\n", [], "is 'NaN'"),
        ("a\n1\n-inf\n", [], "is '-inf'"),
        ("a\n1\n1e999\n", [], "is '1e999'"),
        ('a\n1\n"1,5"\n', [], "is '1,5'"),
        ("day;a\nmon;1\n", ["a"], "seems to be separated by ';'; only commas are read"),
        ("a\n1\ntrue\n", [], "is 'true'"),
        ("a,b\n1,2\n1,2,3\n", ["a"], "can't be read"),
        (b"a\n\xff\xfe\n", ["a"], "can't be read|is '"),
    ],
)
def test_bad_files_are_refused(tmp_path: Path, content: str | bytes, columns: list[str], message: str) -> None:
    with pytest.raises(SeriesError, match=message):
        read(write(tmp_path, content), column=columns)


PANEL = "y,unique_id,ds\n1,B,2020-01-31\n10,A,2020-01-31\n2,B,2020-02-29\n3,B,2020-03-31\n20,A,2020-02-29\n"


def test_a_column_tells_series_apart_in_order_of_first_appearance(tmp_path: Path) -> None:
    found = read(write(tmp_path, PANEL), id="unique_id", time="ds")
    assert [(each.id, each.values[:, 0].tolist(), each.frequency) for each in found] == [
        ("B", [1, 2, 3], "1mo"),
        ("A", [10, 20], "1mo"),
    ]
    assert [each.name for each in found] == ['series "B" of load.csv', 'series "A" of load.csv']
    untimed = read(write(tmp_path, "id,v\n1,5\n2,6\n1,7\n"), id="id")
    assert [(each.id, each.values[:, 0].tolist(), each.times) for each in untimed] == [
        ("1", [5, 7], None),
        ("2", [6], None),
    ]


HOURS = "t,a,b\n2020-01-01T00:00,1,\n2020-01-01T01:00,2,5\n2020-01-01T04:00,5,\n2020-01-01T05:00,9,8\n"


def test_missing_rows_and_empty_cells_are_filled_where_the_recipe_says_so(tmp_path: Path) -> None:
    path = write(tmp_path, HOURS)
    (repeated,) = read(path, column=["a"], time="t", fill="previous")
    assert repeated.values[:, 0].tolist() == [1, 2, 2, 2, 5, 9]
    assert repeated.times is not None
    assert repeated.times.tolist() == [datetime(2020, 1, 1, hour) for hour in range(6)]
    assert (repeated.frequency, repeated.filled_rows) == ("1h", 2)
    (straight,) = read(path, column=["a"], time="t", fill="linear")
    assert straight.values[:, 0].tolist() == [1, 2, 3, 4, 5, 9]
    (cells,) = read(write(tmp_path, "a,b\n1,2\n,3\n3,\n4,5\n"), column=["a", "b"], fill="linear")
    assert (cells.values.tolist(), cells.filled_rows) == ([[1, 2], [2, 3], [3, 4], [4, 5]], 2)


def test_the_frequency_may_be_said(tmp_path: Path) -> None:
    path = write(tmp_path, "t,a\n2020-01-01T00:00,1\n2020-01-01T02:00,3\n")
    assert read(path, time="t")[0].frequency == "2h"
    (series,) = read(path, time="t", frequency="1h", fill="linear")
    assert (series.values[:, 0].tolist(), series.frequency, series.filled_rows) == ([1, 2, 3], "1h", 1)


@pytest.mark.parametrize(
    ("content", "values", "message"),
    [
        (
            HOURS,
            {"column": ["a"], "time": "t"},
            r"row 2 \(line 3\) has the time 2020-01-01T01:00Z and row 3 .* 2 between",
        ),
        (
            HOURS,
            {"column": ["a", "b"], "time": "t", "fill": "previous"},
            r'row 1 \(line 2\) has an empty cell in column "b"',
        ),
        (HOURS, {"column": ["b"]}, r'row 3 .* "b" is empty; .*: drop or fill such rows first'),
        (HOURS, {"column": ["a", "b"]}, r'row 1 .* "b" is empty, as are 1 more; .*: drop or fill such rows first'),
        (
            "a\n1\n\n2\nx\n",
            {"fill": "previous"},
            r"row 4 \(line 5\) of column \"a\" is 'x'; .*: fill or drop such rows",
        ),
        ("a\n1\n", {"id": "name"}, 'has no column "name"'),
        ("a\n1\n", {"time": "when"}, 'has no column "when"'),
        ("id,a\nx,1\n,2\n", {"id": "id"}, r'row 2 \(line 3\) of column "id" is empty; every row must name its series'),
        (
            PANEL,
            {"time": "ds", "column": ["y"]},
            r'hold 2 series, .* column "unique_id" tells apart: .* Add --id "unique_id" --time "ds"; .* --one-series',
        ),
        (
            PANEL,
            {"time": "ds", "column": ["y"], "one_series": True},
            r"row 5 .* row 4 .* before it .*several series need the column .* name it with --id",
        ),
    ],
)
def test_what_is_missing_is_told_with_its_row(
    tmp_path: Path, content: str, values: dict[str, Any], message: str
) -> None:
    with pytest.raises(SeriesError, match=message):
        read(write(tmp_path, content), **values)


@pytest.mark.parametrize("path", ["no-such.csv", "."])
def test_a_missing_file_is_told(path: str) -> None:
    with pytest.raises(SeriesError, match="is not there, or not a file"):
        read(path)


def test_a_broken_parquet_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(SeriesError, match="can't be read"):
        read(write(tmp_path, "PAR1", "load.parquet"))


def test_reading_a_series_never_loads_tensorflow(tmp_path: Path) -> None:
    code = (
        "import sys; from training.reading.series import read_series;"
        "from training.recipes.sections import SeriesSection;"
        "read_series(SeriesSection(csv=sys.argv[1]));"
        "print(*{'polars', 'keras', 'tensorflow', 'onnx', 'matplotlib'} & set(sys.modules))"
    )
    command = [sys.executable, "-c", code, write(tmp_path, "a\n1\n2\n")]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "polars\n"


def test_empty_cells_at_the_ends_lie_outside_a_series(tmp_path: Path) -> None:
    path = write(tmp_path, "id,t,y\nA,2020-01,\nA,2020-02,1\nA,2020-03,2\nB,2020-01,3\nB,2020-02,4\nB,2020-03,NA\n")
    first, second = read(path, id="id", time="t", column=["y"])
    assert (first.values[:, 0].tolist(), second.values[:, 0].tolist()) == ([1, 2], [3, 4])
    assert first.times is not None
    assert first.times[0] == np.datetime64("2020-02-01")
    assert first.filled_rows == 0


def test_a_series_without_any_value_is_told(tmp_path: Path) -> None:
    with pytest.raises(SeriesError, match=r'series "B" has no value in any row: leave it out'):
        read(write(tmp_path, "id,y\nA,1\nB,\n"), id="id", column=["y"])


def test_rows_that_are_missing_every_night_are_no_gaps(tmp_path: Path) -> None:
    rows = "".join(f"2024-01-{day:02}T{hour:02}:00,{hour}\n" for day in range(1, 9) for hour in range(8, 24))
    path = write(tmp_path, "t,y\n" + rows)
    (counted,) = read(path, time="t")
    assert counted.row_seasons is not None
    assert (len(counted.values), counted.row_seasons.seasons, counted.times) == (128, (16, 112), None)
    (filled,) = read(path, time="t", fill="previous", frequency="1h")
    assert (len(filled.values), filled.row_seasons) == (184, None)
