import hashlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars
import pytest

from training.errors import MissingExtra, SeriesError
from training.series import read_series


def write(folder: Path, content: str | bytes, name: str = "load.csv") -> str:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(path)


def test_columns_are_read_in_the_order_asked_for(tmp_path: Path) -> None:
    series = read_series(write(tmp_path, "day,a,b\nmon,1,10\ntue,2.5,-2e1\n"), ["b", "a"])
    assert series.values.tolist() == [[10, 1], [-20, 2.5]]
    assert (series.columns, series.source) == (("b", "a"), "load.csv")
    assert series.sha256 == hashlib.sha256(np.array([[10, 1], [-20, 2.5]]).tobytes()).hexdigest()


@pytest.mark.parametrize(
    "content", ["day,a\nmon,1\ntue,2\n", "a\n1\n2\n\n\n", "\ufeffa\r\n1\r\n2\r\n", "a,flag\n 1 ,true\n2,false\n"]
)
def test_the_only_numeric_column_needs_no_name(tmp_path: Path, content: str) -> None:
    series = read_series(write(tmp_path, content))
    assert (series.columns, series.values.tolist()) == (("a",), [[1], [2]])


def test_parquet_is_read_as_well(tmp_path: Path) -> None:
    path = tmp_path / "load.parquet"
    polars.DataFrame({"when": ["x", "y"], "load": [1, 2], "ok": [True, False]}).write_parquet(path)
    assert read_series(str(path)).values.tolist() == [[1], [2]]
    with pytest.raises(SeriesError, match="row 1 of column \"ok\" is 'True'"):
        read_series(str(path), ["ok"])


def test_a_file_inside_a_package_is_read() -> None:
    series = read_series("package://tsdata/fpp3/vic_elec.csv", ["Demand"])
    assert series.values.shape == (52608, 1)
    assert series.values[0, 0] == 4382.825174
    assert series.source == "package://tsdata/fpp3/vic_elec.csv"


@pytest.mark.parametrize("package", ["no_such_package", "json.decoder", ""])
def test_a_missing_package_is_told_with_its_extra(package: str) -> None:
    with pytest.raises(MissingExtra, match=r"pip install 'rollcast\[examples\]'"):
        read_series(f"package://{package}/x.csv")


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
        read_series(write(tmp_path, content), columns)


@pytest.mark.parametrize("path", ["no-such.csv", "."])
def test_a_missing_file_is_told(path: str) -> None:
    with pytest.raises(SeriesError, match="is not there, or not a file"):
        read_series(path)


def test_a_broken_parquet_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(SeriesError, match="can't be read"):
        read_series(write(tmp_path, "PAR1", "load.parquet"))


def test_reading_a_series_never_loads_tensorflow(tmp_path: Path) -> None:
    code = (
        "import sys; from training.series import read_series; read_series(sys.argv[1]);"
        "print(*{'polars', 'keras', 'tensorflow', 'onnx', 'matplotlib'} & set(sys.modules))"
    )
    command = [sys.executable, "-c", code, write(tmp_path, "a\n1\n2\n")]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "polars\n"
