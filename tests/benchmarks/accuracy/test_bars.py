"""What is demanded of rows, on made-up results."""

from typing import Any

import pytest

from benchmarks.accuracy.bars import group_limits, row_limits
from benchmarks.accuracy.rows import RAW, SEASONAL
from tests.benchmarks.accuracy.made_up_results import errors, intervals_of, result_of, row_of


@pytest.mark.parametrize(
    ("mae", "row", "figure", "met"),
    [
        (9.0, {}, 0.9, True),
        (10.0, {}, 1.0, True),
        (10.1, {}, 1.01, False),
        (8.6, {"against": SEASONAL, "at_most": 0.85}, 0.86, False),
        (9.0, {"against": ("last value",)}, 0.45, True),
        (165.0, {"against": RAW, "at_most": 165}, 165.0, True),
        (166.0, {"against": RAW, "at_most": 165}, 166.0, False),
        (1.0, {"against": ("linear",)}, None, False),
    ],
)
def test_an_error_is_judged_by_the_best_of_its_baselines(
    mae: float, row: dict[str, Any], figure: float | None, *, met: bool
) -> None:
    limit = row_limits(row_of("a", **row), result_of(row_of("a"), mae))[0]
    assert limit.figure == pytest.approx(figure)
    assert limit.met is met


def test_several_series_are_judged_by_mase() -> None:
    row = row_of("a")
    baselines = {"last value": {"mae": 1.0, "mase": 2.0}, "seasonal naive 12": {"mae": 50.0, "mase": None}}
    limit = row_limits(row, result_of(row, 8.0, series=3, baselines=baselines))[0]
    assert limit.figure == pytest.approx(0.8 / 2)
    assert limit.what.startswith("MASE by that of the best of last value, seasonal naive and linear")


def test_a_line_tells_every_error() -> None:
    row = row_of("a")
    bar = row_limits(row, result_of(row))[0].bar("a")
    assert bar.measured == "0.8 (8; last value 20, seasonal naive 12 10, rollcast 8.5, AutoTheta 9)"
    assert (bar.bar, bar.met) == ("at most 1", True)


def test_a_warning_of_a_better_baseline_misses_a_bar() -> None:
    row = row_of("a")
    kept, lost = "has intervals from only 9 errors", "loses to last value over 2 steps, by 5 %"
    assert row_limits(row, result_of(row, warnings=(kept,)))[1].met
    limit = row_limits(row, result_of(row, warnings=(kept, lost)))[1]
    assert (limit.figure, limit.met, limit.seen) == (1, False, lost)


@pytest.mark.parametrize(("seconds", "ratio", "met"), [(59.0, 1.01, [True, True]), (61.0, 1.03, [False, False])])
def test_an_update_is_judged_where_the_row_says_so(seconds: float, ratio: float, met: list[bool]) -> None:
    row = row_of("a", new_rows=2)
    update = {"new_rows": 2, "seconds": seconds, "published": True, "error": ratio, "error_before": 1, "ratio": ratio}
    limits = row_limits(row, result_of(row, update=update))[2:]
    assert [limit.met for limit in limits] == met
    assert [limit.figure for limit in row_limits(row, result_of(row))[2:]] == [None, None]


def test_intervals_are_judged_where_the_row_says_so() -> None:
    row = row_of("a", intervals=True)
    limits = row_limits(row, result_of(row, intervals=intervals_of()))[2:]
    assert [limit.figure for limit in limits] == pytest.approx([1, 3, 1, 3, 0.8, 0.9, 1, 1])
    assert all(limit.met for limit in limits)
    assert "12 times the time of a request without" in limits[-1].seen
    assert len(row_limits(row_of("a"), result_of(row))) == 2


@pytest.mark.parametrize(
    ("result", "missed"),
    [
        ({"coverage": {80: {"mean": 77.9, "farthest": 77}, 95: {"mean": 97.1, "farthest": 99.5}}}, [0, 2, 3]),
        ({"coverage": {80: {"mean": 80, "farthest": 84.1}}}, [1, 2, 3]),
        ({"intervals": intervals_of(score={80: 91})}, [4, 5]),
        ({"intervals": intervals_of(adapted_coverage={80: 78.4, 95: 96.6})}, [6, 7]),
        ({"intervals": None}, [4]),
    ],
)
def test_intervals_may_be_off_to_neither_side(result: dict[str, Any], missed: list[int]) -> None:
    row = row_of("a", intervals=True)
    limits = row_limits(row, result_of(row, **{"intervals": intervals_of(), **result}))[2:]
    assert [index for index, limit in enumerate(limits) if not limit.met] == missed


def test_the_rows_of_a_group_are_judged_together_once_all_are_there() -> None:
    rows = [row_of("a", group="short series"), row_of("b", group="short series"), row_of("c")]
    results = {"a": result_of(rows[0], 5.0), "b": result_of(rows[1], 12.8), "c": result_of(rows[2], 99.0)}
    (limit,) = group_limits(results, rows).values()
    assert limit.figure == pytest.approx(0.8)
    assert limit.met
    assert group_limits({"a": results["a"]}, rows) == {}
    unknown = {**results, "b": result_of(rows[1], baselines={"other": errors(3)})}
    assert not group_limits(unknown, rows)["short series"].met
