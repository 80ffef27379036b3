"""Scores on made-up tasks, worked by hand."""

import numpy as np
import pytest

from benchmarks.pretrained.scores import (
    interval_scores,
    mase_scale,
    naive_forecasts,
    point_scores,
    relative_error,
    seasonal_naive,
)
from benchmarks.pretrained.sets import SETS, EvaluationSet, Task

# Changes over a season of two steps: 4 and 2, so the scale is 3.
RISING = np.array([1.0, 2, 5, 4])


def set_of(*tasks: tuple[str, list[float], list[float]], season: int = 2) -> EvaluationSet:
    made = tuple(Task(name, np.array(history, float), np.array(future, float)) for name, history, future in tasks)
    return EvaluationSet((season,), len(made[0].future), made)


@pytest.mark.parametrize(
    ("season", "scale"), [(1, (1 + 3 + 1) / 3), (2, 3), (3, 3), (4, (1 + 3 + 1) / 3), (9, (1 + 3 + 1) / 3)]
)
def test_a_season_as_long_as_the_history_leaves_the_change_of_a_step(season: int, scale: float) -> None:
    assert mase_scale(RISING, season) == pytest.approx(scale)


@pytest.mark.parametrize(("season", "forecast"), [(1, [4, 4, 4]), (2, [5, 4, 5]), (3, [2, 5, 4]), (4, [4, 4, 4])])
def test_the_last_season_is_repeated(season: int, forecast: list[float]) -> None:
    assert seasonal_naive(RISING, 3, season).tolist() == forecast


def test_each_history_has_its_scale_and_each_series_counts_alike() -> None:
    given = set_of(("a", [1, 2, 5, 4], [5, 4]), ("a", [1, 2, 5, 4], [5, 7]), ("b", [0, 0, 1, 1], [1, 1]))
    scores = point_scores(given, np.array([[5.0, 4], [2, 4], [3, 3]]))
    # MASE of a: 0 and 3 / 3; of b: 2 / 1.
    assert scores == pytest.approx(((0.5 + 2) / 2, (1.5 + 2) / 2, 0))


def test_a_history_without_changes_is_left_out_of_mase_and_counted() -> None:
    given = set_of(("a", [1, 2, 5, 4], [5, 4]), ("flat", [7, 7, 7, 7], [7, 9]))
    assert point_scores(given, np.array([[8.0, 7], [7, 7]])) == pytest.approx((1, (3 + 1) / 2, 1))


def test_an_error_is_told_in_units_of_the_seasonal_naive() -> None:
    given = set_of(("a", [1, 2, 5, 4], [7, 6]))
    assert naive_forecasts(given, 2).tolist() == [[5, 4]]
    assert relative_error(given, np.array([[6.0, 5]])) == pytest.approx(1 / 2)
    assert relative_error(given, np.array([[6.0, 5]]), season=1) == pytest.approx(1 / 2.5)


def test_intervals_are_scored_in_units_of_mase() -> None:
    given = set_of(("a", [1, 2, 5, 4], [5, 4]), ("b", [0, 0, 1, 1], [1, 1]))
    lower, upper = np.array([[4.0, 5], [0, 0]]), np.array([[6.0, 7], [2, 0.5]])
    scores = interval_scores(given, lower, upper, 80)
    # At 80 % a value that lies 1 below costs 10 more than the width: (2 + 12) / 2 / 3, and (2 + 5.5) / 2 / 1.
    assert scores == pytest.approx((0.5, (14 / 2 / 3 + 7.5 / 2) / 2))


@pytest.mark.parametrize(("name", "mase"), [("m3-monthly", 1.146), ("m3-yearly", 3.172), ("m1-quarterly", 2.078)])
def test_the_seasonal_naive_scores_what_is_published(name: str, mase: float) -> None:
    given = SETS[name]()
    assert point_scores(given, naive_forecasts(given, given.seasons[0])).mase == pytest.approx(mase, abs=0.001)


def test_last_week_misses_the_demand_of_victoria_by_243_mw() -> None:
    given = SETS["vic-elec"]()
    assert point_scores(given, naive_forecasts(given, 336)).mae == pytest.approx(243, abs=1)
