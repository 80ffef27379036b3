"""Choosing intervals by their score, by hand."""

import numpy as np
import pytest

from models.intervals.conformal import Intervals
from models.intervals.error_scale import ErrorScale
from models.spec.model_spec import IntervalScale
from training.completion.interval_choice import Candidate, choose_intervals
from training.evaluation.origins import Origins
from training.evaluation.rolling_forecasts import RollingForecasts


def candidate(name: str, error: float, count: int = 99) -> Candidate:
    """Intervals of one step, at every level from -error to error."""
    return Candidate(name, Intervals(np.full((1, 1, count), error)), f"rows of {name}")


def forecasts(*errors: float) -> dict[IntervalScale, RollingForecasts]:
    """Forecasts of 0 for one step, each with such an error; their quantiles lie half as far off it."""
    actuals = np.array(errors)[:, None, None]
    origins = Origins(np.zeros(len(errors), np.int64), np.arange(len(errors)))
    plain = RollingForecasts(origins, np.zeros_like(actuals), actuals, ErrorScale(*[np.ones_like(actuals)] * 2))
    quantiles = ErrorScale(np.maximum(-actuals / 2, 0.1), np.maximum(actuals / 2, 0.1))
    return {"scale": plain, "quantiles": plain._replace(scale=quantiles)}


def test_the_lowest_score_in_units_of_the_first_is_chosen() -> None:
    found = choose_intervals([candidate("slice", 1), candidate("both", 2), candidate("third", 4)], forecasts(2, 0))
    # Widths of 2, 4 and 8. One of two values lies 1 beyond the first: 2 / 0.2 or 2 / 0.05 times as much for it.
    first = 2 + 0.5 * 10, 2 + 0.5 * 40
    assert [each.score for each in found.candidates] == pytest.approx(
        [1, (4 / first[0] + 4 / first[1]) / 2, (8 / first[0] + 8 / first[1]) / 2]
    )
    assert [(each.name, each.count, each.chosen) for each in found.candidates] == [
        ("slice", 99, False),
        ("both", 99, True),
        ("third", 99, False),
    ]
    assert found.calibrated_on == "rows of both"
    assert found.intervals is not None
    assert found.intervals.errors.max() == 2


def test_the_first_is_kept_where_another_is_no_better() -> None:
    same = choose_intervals([candidate("slice", 1), candidate("both", 1)], forecasts(2, 0))
    assert [(each.score, each.chosen) for each in same.candidates] == [(1, True), (1, False)]
    worse = choose_intervals([candidate("slice", 1), candidate("both", 2)], forecasts(0.5, 0))
    assert [(each.score, each.chosen) for each in worse.candidates] == [(1, True), (2, False)]


def test_levels_are_those_that_all_have_errors_enough_for() -> None:
    found = choose_intervals([candidate("slice", 1, count=9), candidate("both", 2)], forecasts(2, 0))
    assert [each.score for each in found.candidates] == pytest.approx([1, 4 / 7])  # at 80 percent alone


def test_each_is_judged_with_the_scale_that_it_is_in_units_of() -> None:
    by_quantiles = candidate("quantiles", 2)._replace(scale="quantiles")
    found = choose_intervals([candidate("slice", 2), by_quantiles], forecasts(2, -1))
    # From -2 to 2 for both values; as wide as each of them on its own side, and 0.2 on the other.
    assert [each.score for each in found.candidates] == pytest.approx([1, (2.2 + 1.2) / 2 / 4])
    assert found.scale == "quantiles"


@pytest.mark.parametrize(
    ("error", "scale", "chosen"),
    [(2.1, "scale", "window"), (2.3, "scale", "other"), (2.08, "quantiles", "window"), (2.12, "quantiles", "other")],
)
def test_what_does_not_follow_the_window_must_be_better(error: float, scale: IntervalScale, chosen: str) -> None:
    judged = forecasts(1, -1)
    candidates = [
        candidate("other", 2)._replace(scale=scale),
        candidate("window", error)._replace(scale="window"),
    ]
    found = choose_intervals(candidates, {scale: judged["scale"], "window": judged["scale"]})
    assert [each.score for each in found.candidates] == pytest.approx([1, error / 2])
    assert [each.name for each in found.candidates if each.chosen] == [chosen]
    beside = choose_intervals([candidate("slice", 2), candidate("both", 1.9)], judged)  # no handicap among themselves
    assert [each.chosen for each in beside.candidates] == [False, True]


@pytest.mark.parametrize("judged", [{}, forecasts(0.5)])
def test_the_first_is_kept_where_no_score_is_known(judged: dict[IntervalScale, RollingForecasts]) -> None:
    found = choose_intervals([candidate("slice", 0, count=9 if judged else 1), candidate("both", 1, 3)], judged)
    assert [(each.score, each.chosen) for each in found.candidates] == [(None, True), (None, False)]


def test_scores_are_in_the_units_of_each_series() -> None:
    scores = [
        choose_intervals([candidate("slice", 1), candidate("both", 2)], forecasts(2, 0), units).candidates[1].score
        for units in (None, np.array([[1.0], [1e9]]))
    ]
    # What is in units of a thousand million does not count: the other value lies beyond the first one's bounds.
    assert scores == pytest.approx([(4 / 7 + 4 / 22) / 2, (4 / 12 + 4 / 42) / 2])


def test_one_way_alone_is_no_choice_and_none_no_intervals() -> None:
    only = choose_intervals([candidate("slice", 1)], forecasts(1))
    assert (only.calibrated_on, only.candidates) == ("rows of slice", ())
    assert only.intervals is not None
    assert choose_intervals([]) == (None, "", "scale", ())
