"""From rows and works to what was measured."""

from statistics import median

from benchmarks.rows import Row, by, measure_rows
from benchmarks.timing import Plan, medians

PLAN = Plan(rounds=2, most_rounds=4, load_s=0, requests=0, longest_horizon=0)


def test_rows_share_the_rounds_of_their_works() -> None:
    figures = iter([6.0, 2.0, 2.0, 8.0])
    rows = [
        Row("a", "b", by("a", "b"), "at least", 2),
        Row("a alone", "", lambda found: median(found["a"]), unit="ms"),
    ]
    first, second = measure_rows(PLAN, {"a": lambda: next(figures), "b": lambda: next(figures)}, rows, medians)
    assert (first.what, first.against, first.figure, first.bar, first.met) == ("a", "b", 3.5, 2, True)
    assert (second.figure, second.unit, second.met) == (7.0, "ms", None)
    assert first.measured == second.measured == {"a": 7.0, "b": 2.0}
    assert first.rounds == second.rounds == 2
    assert first.spread == (3.0, 4.0)


def test_a_row_that_is_open_takes_the_others_along() -> None:
    figures = iter([1.0, 3.0, 2.5, 2.5])
    rows = [
        Row("open", "", lambda found: median(found["a"]), "at most", 2.2),
        Row("informs", "", lambda found: max(found["a"])),
    ]
    measured = measure_rows(PLAN, {"a": lambda: next(figures)}, rows, medians)
    assert [each.rounds for each in measured] == [4, 4]
    assert [each.figure for each in measured] == [2.5, 3.0]


def test_one_round_has_no_spread() -> None:
    (row,) = measure_rows(PLAN._replace(rounds=1, most_rounds=1), {"a": lambda: 1.0}, [Row("a", "", max_of)], medians)
    assert (row.rounds, row.spread) == (1, None)


def max_of(figures: object) -> float:
    assert isinstance(figures, dict)
    return float(max(figures["a"]))
