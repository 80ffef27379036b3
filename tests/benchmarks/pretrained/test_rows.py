"""The rows go with the recipes and sets that are there, and what is measured once is left alone until then."""

import pytest

from benchmarks.pretrained.methods import methods
from benchmarks.pretrained.rows import CUT_TASKS, ROWS, PretrainedRow, PretrainedTable
from benchmarks.pretrained.sets import HELD_OUT, ONCE, SETS
from tests.benchmarks.pretrained.made_up_figures import growing_years, pretrained_row
from training.collection.packaged import M3_SOURCES
from training.recipes.loader import load_recipe


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_row_is_measured_on_sets_that_are_there(row: PretrainedRow) -> None:
    assert {*row.sets} <= {*SETS}
    assert bool(row.recipe) != bool(row.published)
    assert {demand.by for demand in row.demands} <= {"", *methods((12,))}
    if row.recipe:
        load_recipe(row.recipe).with_values({**row.values, "name": row.name})


def test_only_one_row_sees_the_sets_that_are_measured_once() -> None:
    assert [row.name for row in ROWS if {*row.sets} & {*ONCE}] == ["once"]
    assert [row.name for row in ROWS if row.once] == ["once"]


def test_a_model_without_m3_learns_from_none_of_it() -> None:
    (row,) = (row for row in ROWS if row.name == "any-series-without-m3")
    sources = load_recipe(row.recipe).with_values(row.values).collection.sources
    assert not {*sources} & {*M3_SOURCES}
    assert {*sources, *M3_SOURCES} == {*load_recipe("any-series").collection.sources}


def test_a_row_s_sets_are_those_of_all_that_is_demanded() -> None:
    row = pretrained_row("p", (ROWS[0].demands), held_out=0.85, intervals="m3-monthly")
    assert row.sets == ("m3-monthly", *HELD_OUT)


def test_a_cut_table_has_few_tasks_and_nothing_that_is_measured_once() -> None:
    table = PretrainedTable(sets={"years": growing_years}).cut()
    assert [row.name for row in table.rows] == ["any-series-without-m3", "any-series", "m3-monthly"]
    given = table.sets["years"]()
    assert len(given.tasks) == CUT_TASKS < len(growing_years().tasks)
    assert table.trained != PretrainedTable().trained
