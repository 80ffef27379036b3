"""Plans: which ones suit a series, and that each is a recipe."""

from typing import Any

import pytest

from models.seasonal.season_search import Season
from training.recipes.recipe import Recipe
from training.search.plans import plans_for
from training.search.situation import Situation


def situation(rows: tuple[int, ...], horizon: int, *seasons: int, **values: Any) -> Situation:
    usual: dict[str, Any] = {
        "frequency": None,
        "has_times": False,
        "years": 0.0,
        "train_rows": rows[-1] * 3 // 4,
        **values,
    }
    return Situation(rows, horizon=horizon, seasons=tuple(Season(each, 0.9) for each in seasons), **usual)


@pytest.mark.parametrize(
    ("of", "names"),
    [
        (situation((40_000,), 48, 48, 336), ["rollout", "direct", "seasonal change"]),
        (situation((20_000,), 169, 169, 845), ["rollout"]),  # too far to be forecast at once
        (situation((120,), 24, 12), ["direct", "seasonal change"]),  # too short to train through time
        (situation((300,), 6), ["rollout", "direct"]),
        (situation((20,), 6), ["small"]),
        (situation((90, 100, 400), 12, 12), ["rollout", "direct", "seasonal change"]),
    ],
)
def test_plans_suit_the_length_and_the_seasons(of: Situation, names: list[str]) -> None:
    assert [plan.name for plan in plans_for(of)] == names


@pytest.mark.parametrize(
    "of",
    [
        situation((40_000,), 48, 48, 336, frequency="30m", has_times=True, years=2.5),
        situation((1_000, 2_000), 24, 24, 168, frequency="1h", has_times=True, years=0.1),
        situation((800,), 60, 7, frequency="1d", has_times=True, years=2.2),
        situation((1_000,), 52, 52, frequency="1w", has_times=True, years=19.0),
        situation((120,), 24, 12, frequency="1mo", has_times=True, years=10.0),
        situation((98,), 6, frequency="1y", has_times=True, years=98.0),
        situation((5_000,), 1),
    ],
)
def test_every_plan_is_a_recipe_that_begins_at_a_linear_path_and_ends_in_a_blend(of: Situation) -> None:
    for plan in plans_for(of):
        recipe = Recipe().with_values({**plan.values, **({"time": "at"} if of.has_times else {})})
        assert recipe.windows.linear_path
        assert recipe.evaluation.blend
        assert recipe.evaluation.nonnegative
        assert recipe.horizon == of.horizon


def test_the_calendar_has_the_cycles_that_rows_of_the_frequency_lie_in() -> None:
    def calendar(frequency: str, years: float) -> list[str]:
        (plan, *_) = plans_for(situation((4_000,), 12, 12, frequency=frequency, has_times=True, years=years))
        return list(plan.values["calendar"])

    assert calendar("1h", 2.0) == ["day", "week", "year"]
    assert calendar("1h", 1.0) == ["day", "week"]
    assert calendar("1d", 3.0) == ["week", "year"]
    assert calendar("1mo", 3.0) == ["year"]
    assert calendar("1y", 30.0) == []


def test_lags_of_a_rollout_are_as_long_as_what_is_fed_back() -> None:
    for of in (situation((40_000,), 48, 48, 336), situation((9_000,), 30, 7), situation((9_000,), 24, 12)):
        rollout = plans_for(of)[0]
        assert min(rollout.values["lag"]) >= rollout.values["feedback"]


def test_series_of_a_panel_may_be_shorter_than_its_context() -> None:
    assert {plan.values["least_context"] for plan in plans_for(situation((30, 90, 100, 400), 12, 12))} == {12}
    assert {plan.values["least_context"] for plan in plans_for(situation((400,), 12, 12))} == {None}


@pytest.mark.parametrize("season", [7, 12, 24, 168])
@pytest.mark.parametrize("horizon", [1, 6, 24, 150])
def test_with_a_season_every_plan_takes_in_the_value_a_season_before_where_rows_hold_it(
    season: int, horizon: int
) -> None:
    held = 0
    for rows in range(8 + horizon, 1_000, 7):
        of = situation((rows,), horizon, season, train_rows=rows - max(horizon, rows // 4))
        context = (12 if season > 160 else 4) + season  # of the smallest plan with such a lag
        if context + horizon > rows or context >= of.train_rows:
            continue
        held += 1
        for plan in plans_for(of):
            assert max(plan.values["lag"], default=0) >= season, (rows, plan.name)
    assert held > 50


def test_no_plan_needs_more_rows_than_there_are_to_train_on() -> None:
    (small,) = plans_for(situation((36,), 12, 12, train_rows=24))  # four years of months, the last one tested on
    assert (small.name, small.values["window"], small.values["lag"]) == ("small", 4, list(range(2, 14)))
    (direct,) = plans_for(situation((48,), 12, 12, train_rows=36))
    assert direct.name == "direct"
    (none,) = plans_for(situation((18,), 6, 12, train_rows=11))
    assert (none.values["window"], none.values["lag"]) == (4, [])


@pytest.mark.parametrize(
    "given",
    [{"window": 48}, {"window": 8}, {"residual": True}, {"scaler": "context"}, {"horizon": 24, "units": [5]}],
)
@pytest.mark.parametrize("rows", [(2_000,), (2_000, 2_000)])
def test_the_user_s_values_hold_in_every_plan_and_lags_stay(rows: tuple[int, ...], given: dict[str, Any]) -> None:
    plans = plans_for(situation(rows, 24, 24), given)
    assert [plan.name for plan in plans] == ["rollout", "direct", "seasonal change"]
    for plan in plans:
        assert {name: plan.values[name] for name in given} == given
        assert Recipe().with_values(plan.values).windows.lag


def test_lags_that_the_user_set_are_kept() -> None:
    plans = plans_for(situation((2_000,), 24, 24), {"lag": [30]})
    assert [plan.values["lag"] for plan in plans] == [[30]] * 3
    assert plans_for(situation((40,), 6, 24), {"lag": [300]})[0].values["lag"] == [300]  # which is then told


def test_a_season_that_rows_have_no_room_for_leaves_the_plan_to_the_others() -> None:
    both, first = (plans_for(situation((rows,), 24, 24, 168))[0] for rows in (300, 190))
    assert (both.name, max(both.values["lag"])) == ("direct", 169)
    assert (first.name, max(first.values["lag"])) == ("direct", 25)
