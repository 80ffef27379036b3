"""The user's values in a plan, and the lags of a season in a recipe of the user's own."""

from typing import Any

import numpy as np
import pytest

from training.reading.series import Series
from training.recipes.recipe import Recipe
from training.search.given import with_given, with_season_lags

ROLLOUT: dict[str, Any] = {"rollout": "state", "window": 72, "burn_in": 24, "feedback": 24, "linear_path": True}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, {}),
        ({"window": 48}, {"window": 48}),
        ({"window": 8}, {"window": 8, "burn_in": 8}),
        ({"window": 8, "burn_in": 3}, {"window": 8, "burn_in": 3}),
        ({"scaler": "context"}, {"scaler": "context", "burn_in": 72}),
        ({"residual": True}, {"residual": True, "linear_path": False}),
        ({"residual": False}, {"residual": False}),
    ],
)
def test_what_the_user_leaves_open_goes_with_the_rest(given: dict[str, Any], expected: dict[str, Any]) -> None:
    assert with_given(ROLLOUT, given) == {**ROLLOUT, **expected}


def test_a_plan_without_a_burn_in_gets_none() -> None:
    assert with_given({"window": 24}, {"window": 8}) == {"window": 8}


@pytest.mark.parametrize(
    ("values", "lags"),
    [
        ({"season": [12]}, (12, 13)),
        ({"season": [12, 24]}, (12, 13, 24, 25)),
        ({"season": [12, 300]}, (12, 13)),  # for 300 there are too few rows
        ({"season": [300]}, ()),
        ({"season": [1]}, ()),
        ({}, ()),
        ({"season": [12], "lag": [5]}, (5,)),
        ({"season": [12], "rollout": "state", "feedback": 15, "window": 6}, (24, 25)),
    ],
)
def test_a_recipe_of_the_user_s_own_gets_the_lags_of_its_seasons(values: dict[str, Any], lags: tuple[int, ...]) -> None:
    series = [Series(np.sin(np.arange(120.0))[:, None], ("y",), "made up")]
    recipe = Recipe().with_values({"window": 4, **values})
    assert with_season_lags(recipe, values, series).windows.lag == lags
