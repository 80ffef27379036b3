"""A result is kept for as long as it would come again."""

from benchmarks.accuracy.measured_code import Code
from benchmarks.accuracy.record import Asked
from benchmarks.pretrained.rows import Demand
from tests.benchmarks.accuracy.made_up_results import ASKED
from tests.benchmarks.pretrained.made_up_figures import figures, pretrained_result, pretrained_row


def test_a_result_is_of_its_row_its_sets_its_code_and_its_version() -> None:
    row = pretrained_row("p", (Demand("m3-monthly", 0.9),), recipe="any-series", values={"sources": ["pbs"]})
    result = pretrained_result(row, {"m3-monthly": figures()})
    assert result.is_of(row, ASKED, None)
    assert result.is_of(row, ASKED._replace(minutes=3), "a" * 64)
    assert result.is_of(row._replace(demands=(Demand("m3-monthly", 0.1),)), ASKED, None)
    assert not result.is_of(row, ASKED, "b" * 64)
    assert not result.is_of(row, Asked(10, 300, ASKED.code), None)
    assert not result.is_of(row, Asked(10, None, Code("1.0", "abc+1")), None)
    for other in (
        row._replace(recipe="m3-monthly"),
        row._replace(values={}),
        row._replace(demands=(Demand("m3-yearly", 0.9),)),
        row._replace(intervals="m3-quarterly"),
    ):
        assert not result.is_of(other, ASKED, None)
