"""A file as a table: rows by name, rows by series, cells as numbers."""

import polars
import pytest

from training.errors import SeriesError
from training.reading.table import Table


def table(first_line: int | None = 2, **columns: list[object]) -> Table:
    return Table(polars.DataFrame(columns), "load.csv", first_line)


def test_a_row_is_named_with_its_line_where_rows_are_lines() -> None:
    assert table().row_name(4) == "row 5 (line 6)"
    assert table(None).row_name(4) == "row 5"


def test_rows_are_grouped_by_series_in_order_of_first_appearance() -> None:
    groups = table(id=["b", "a", "b", "c", "a"]).groups("id")
    assert [(rows.id, rows.indexes.tolist()) for rows in groups] == [("b", [0, 2]), ("a", [1, 4]), ("c", [3])]
    assert groups[0].location(1) == 'load.csv: row 3 (line 4) of "b"'
    assert [rows.id for rows in table(id=[7, 10, 7]).groups("id")] == ["7", "10"]


def test_without_a_column_all_rows_are_of_one_series() -> None:
    (rows,) = table(a=[1, 2]).groups(None)
    assert (rows.id, rows.indexes.tolist(), rows.location(0)) == ("", [0, 1], "load.csv: row 1 (line 2)")


@pytest.mark.parametrize("cell", [None, "", "  "])
def test_every_row_names_its_series(cell: str | None) -> None:
    with pytest.raises(SeriesError, match=r'row 2 \(line 3\) of column "id" is empty'):
        table(id=["a", cell]).groups("id")


def test_the_numeric_column_is_looked_for_among_the_others() -> None:
    assert table(id=["1"], t=["2"], y=["3"]).only_numeric(["id", "t"]) == "y"
    with pytest.raises(SeriesError, match="has several numeric columns; choose with --column among t, y"):
        table(id=["1"], t=["2"], y=["3"]).only_numeric(["id"])


def test_empty_cells_are_nan_where_they_may_be() -> None:
    assert str(table(a=["1", None]).numbers("a", empty=True).tolist()) == "[1.0, nan]"
    with pytest.raises(SeriesError, match="is 'NaN'"):
        table(a=["1", "NaN"]).numbers("a", empty=True)
