"""How a plan is judged before it is chosen."""

from typing import Any

import numpy as np
import pytest

from models.spec.manifest import PlanTrial
from tests.support.constant import constant
from training.data.dataset import Dataset, build_dataset
from training.reading.series import Series
from training.recipes.recipe import Recipe
from training.search import search as module
from training.search.search import Found, find_recipe, validation_error

RECIPE = Recipe().with_values({"window": 2, "train_share": 0.5, "validation_share": 0.2, "scaler": "none"})


def dataset(*series: list[float]) -> Dataset:
    read = [Series(np.array(values)[:, None], ("y",), "made up", str(index)) for index, values in enumerate(series)]
    return build_dataset(RECIPE, read)


def test_errors_of_validation_rows_are_in_units_of_each_series_change() -> None:
    first = [0.0, 2, 0, 2, 0, 5, 5, 9, 9, 9]  # rows 5 and 6 validate; before them it changes by 2
    second = [10 * value for value in first]
    assert validation_error(constant(4), dataset(first), 1) == pytest.approx(0.5)
    both = validation_error(constant(4), dataset(first, second), 1)
    assert both == pytest.approx((0.5 + 46 / 20) / 2)


def test_where_no_horizon_fits_or_a_forecast_is_no_number_there_is_no_error() -> None:
    values = [0.0, 2, 0, 2, 0, 5, 5, 9, 9, 9]
    assert validation_error(constant(4), dataset(values), 3) is None
    assert validation_error(constant(float("inf")), dataset(values), 1) is None


@pytest.fixture
def _untrained(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plans are made ready to be tried, but no network is trained."""

    def tried(candidate: Any, *_: object) -> PlanTrial:
        return PlanTrial(name=candidate.plan.name, description="", error=1.0, duration_s=0.0)

    monkeypatch.setattr(module, "_tried", tried)


def found(rows: int, **values: Any) -> Found | None:
    noise = np.random.default_rng(0).normal(size=rows)
    return find_recipe(values, [Series((np.arange(rows) % 24 + noise)[:, None], ("y",), "made up")], 1, None)


@pytest.mark.usefixtures("_untrained")
@pytest.mark.parametrize(
    ("rows", "values", "plans"),
    [
        (1_000, {"season": [24], "window": 48}, 3),
        (1_000, {"season": [24], "horizon": 24, "residual": True}, 3),
        (100, {"season": [24], "horizon": 6}, 1),
        (60, {"season": [24], "horizon": 6}, 1),
        (1_000, {"season": [24], "horizon": 150}, 1),
        (3_000, {"season": [24], "horizon": 150, "window": 8}, 1),
    ],
)
def test_a_season_that_the_user_names_brings_its_lags(rows: int, values: dict[str, Any], plans: int) -> None:
    result = found(rows, **values)
    assert result is not None
    assert (len(result.trials) or 1) == plans
    assert max(result.recipe.windows.lag) >= 24
    assert result.recipe.evaluation.season == (24,)
    assert result.recipe.windows.window == values.get("window", result.recipe.windows.window)


def test_where_no_plan_goes_with_the_user_s_values_nothing_is_found() -> None:
    assert found(3_000, season=[24], horizon=150, dropout=0.1) is None


@pytest.mark.usefixtures("_untrained")
def test_plans_fit_into_the_split_that_the_user_asks_for() -> None:
    result = found(200, season=[24], horizon=6, train_share=0.3)
    assert result is not None
    assert result.trials == ()  # of changes over a season there is too little to train on
    assert max(result.recipe.windows.lag) == 25


@pytest.mark.parametrize(
    ("values", "leave_out"),
    [({}, False), ({"leave_out": False}, False), ({"members": 2, "leave_out": True}, True)],
)
def test_members_leave_rows_out_where_the_user_asks_but_in_no_trial(
    values: dict[str, Any], leave_out: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = []

    def record(candidate: Any, values: Any, seconds: float, *_: object) -> PlanTrial:
        tried.append(module._scheduled(candidate, values, seconds, trial=True))
        return PlanTrial(name="tried", description="", error=1, duration_s=0)

    monkeypatch.setattr(module, "_tried", record)
    rows = 10 + np.sin(np.arange(400) * 2 * np.pi / 12)[:, None] + 0.01 * (np.arange(400) % 7)[:, None]
    found = find_recipe({"csv": "x", "season": [12], **values}, [Series(rows, ("y",), "x")], 1, None)
    assert found is not None
    assert found.recipe.fit.leave_out == leave_out
    assert len(tried) > 1
    assert not any(recipe.fit.leave_out for recipe in tried)
