"""A data set is cut to the last rows of each series."""

from pathlib import Path

import pytest

from benchmarks.accuracy.cut import cut_values

CONTENT = 'at,shop,sold\n1,"A, B",5\n1,C,6\n2,"A, B",7\n3,"A, B",\n'


@pytest.mark.parametrize(
    ("more", "kept"),
    [({"id": "shop"}, '2,"A, B",7\n3,"A, B",\n1,C,6\n'), ({}, '2,"A, B",7\n3,"A, B",\n')],
)
def test_the_last_rows_of_each_series_are_kept(tmp_path: Path, more: dict[str, str], kept: str) -> None:
    path = tmp_path / "sales.csv"
    path.write_text(CONTENT)
    values = cut_values({"csv": str(path), "column": ["sold"], **more}, slice(-2, None), tmp_path / "cut.csv")
    assert values["column"] == ["sold"]
    cut = Path(values["csv"])
    assert cut != path
    assert cut.read_text().replace("\r\n", "\n") == "at,shop,sold\n" + kept
