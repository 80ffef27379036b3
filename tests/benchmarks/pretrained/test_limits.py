"""What is demanded of pretrained models, on made-up figures."""

from typing import Any

import pytest

from benchmarks.pretrained.limits import pretrained_limits
from benchmarks.pretrained.rows import Demand
from benchmarks.pretrained.sets import HELD_OUT
from tests.benchmarks.pretrained.made_up_figures import figures, pretrained_result, pretrained_row

CLASSICAL = {"m3-monthly": {"AutoTheta": figures(0.8), "AutoETS": figures(0.85)}}


@pytest.mark.parametrize(
    ("demand", "figure", "met"),
    [
        (Demand("m3-monthly", 0.9), 0.9, True),
        (Demand("m3-monthly", 0.89), 0.9, False),
        (Demand("m3-monthly", 90, "mae"), 90, True),
        (Demand("m3-monthly", 1.0, by="AutoTheta"), 0.9 / 0.8, False),
        (Demand("m3-monthly", 1.2, by="AutoTheta"), 0.9 / 0.8, True),
        (Demand("m3-monthly", 9.0, by="MSTL"), None, False),
    ],
)
def test_an_error_is_judged_alone_or_by_a_classical_method(demand: Demand, figure: float | None, *, met: bool) -> None:
    row = pretrained_row("p", (demand,))
    (limit,) = pretrained_limits(row, pretrained_result(row, {"m3-monthly": figures(0.9)}), CLASSICAL)
    assert limit.figure == pytest.approx(figure)
    assert limit.met is met


def test_a_line_tells_the_error_beside_that_of_the_manifest_and_of_others() -> None:
    row = pretrained_row("p", (Demand("m3-monthly", 1.02, by="AutoTheta"),))
    result = pretrained_result(row, {"m3-monthly": figures(0.9)}, backtest_mase=0.91)
    bar = pretrained_limits(row, result, CLASSICAL)[0].bar("p")
    assert bar.what == "p: MASE on m3-monthly by that of AutoTheta"
    assert bar.measured == "1.12 (0.9; its manifest's 0.91, AutoTheta 0.8, AutoETS 0.85)"
    assert (bar.bar, bar.met) == ("at most 1.02", False)


def test_the_mean_over_the_sets_held_out_is_geometric_and_needs_all_of_them() -> None:
    row = pretrained_row("p", held_out=0.85)
    on_sets = {name: figures(0.8 if number % 2 else 0.9) for number, name in enumerate(HELD_OUT)}
    classical = {name: {"AutoTheta": figures(0.7)} for name in HELD_OUT}
    (limit,) = pretrained_limits(row, pretrained_result(row, on_sets), classical)
    assert limit.figure == pytest.approx((0.8 * 0.9) ** 0.5)
    assert limit.met
    assert limit.seen.startswith("AutoTheta 0.7; vic-elec 0.9, epf-fr-be 0.8")
    del on_sets["vic-elec"]
    (limit,) = pretrained_limits(row, pretrained_result(row, on_sets), classical)
    assert (limit.figure, limit.met) == (None, False)


@pytest.mark.parametrize(
    ("intervals", "method", "missed"),
    [
        ({}, {}, []),
        ({80: {"coverage": 0.76, "score": 4.0}}, {}, [0]),
        ({95: {"coverage": 0.985, "score": 7.0}}, {}, [2]),
        ({}, {80: {"coverage": 0.8, "score": 3.9}}, [1]),
    ],
)
def test_intervals_are_judged_by_their_level_and_by_those_of_autoets(
    intervals: dict[int, Any], method: dict[int, Any], missed: list[int]
) -> None:
    row = pretrained_row("p", intervals="m3-monthly")
    base = figures().model_dump()["intervals"]
    result = pretrained_result(row, {"m3-monthly": figures(intervals={**base, **intervals})})
    limits = pretrained_limits(row, result, {"m3-monthly": {"AutoETS": figures(intervals={**base, **method})}})
    assert [index for index, limit in enumerate(limits) if not limit.met] == missed


def test_a_model_without_intervals_misses_their_bars() -> None:
    row = pretrained_row("p", intervals="m3-monthly")
    limits = pretrained_limits(row, pretrained_result(row, {"m3-monthly": figures(intervals={})}), CLASSICAL)
    assert [limit.figure for limit in limits] == [None] * 4


@pytest.mark.parametrize(("seconds", "size", "met"), [(7200, 2**21, [True, True]), (7201, 2**21 + 1, [False, False])])
def test_two_hours_and_two_mib_are_enough(seconds: float, size: int, met: list[bool]) -> None:
    row = pretrained_row("p", minutes=120, mib=2)
    limits = pretrained_limits(row, pretrained_result(row, {}, trained_s=seconds, file_bytes=size), {})
    assert [limit.met for limit in limits] == met
