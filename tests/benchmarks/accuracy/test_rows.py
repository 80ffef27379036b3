"""The table's files hold the columns that its rows name, and its rows go together."""

import csv

import pytest

from benchmarks.accuracy.rows import GROUPS, ROWS, Row
from models.references import check_name
from training.reading.table import locate_file
from training.recipes.recipe import Recipe


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_row_is_a_command_that_its_file_goes_with(row: Row) -> None:
    series = Recipe().with_values(row.values).series
    with locate_file(str(series.csv)).open(newline="") as file:
        header = next(csv.reader(file))
    named = [*series.column, *series.future, *(name for name in (series.id, series.time) if name is not None)]
    assert set(named) <= set(header)
    assert len(named) >= 2
    assert row.group in ("", *GROUPS)


def test_names_are_those_of_models_and_differ() -> None:
    names = [row.name for row in ROWS]
    for name in names:
        check_name(name)
    assert len(set(names)) == len(names) == 12


def test_the_sunspots_are_those_of_235_years() -> None:
    (row,) = (row for row in ROWS if row.name == "sunspots")
    lines = locate_file(row.values["csv"]).read_text().splitlines()
    assert len(lines) == 1 + 235 * 12
    assert (lines[1], lines[-1]) == ("1749-01-01,58", "1983-12-01,33.4")
