"""Baselines by hand, and which of them a recipe has."""

import numpy as np
import pytest

from models.spec.covariate import Covariate
from tests.support.constant import plain_spec
from training.baselines.baselines import baselines, last_value, seasonal_naive
from training.data.held_out import History
from training.recipes.recipe import Recipe

PAST = np.array([[[1.0, -1], [2, -2], [3, -3]], [[4, -4], [5, -5], [6, -6]]])


def test_the_last_value_is_repeated() -> None:
    assert last_value().forecast(PAST, 2).tolist() == [[[3, -3], [3, -3]], [[6, -6], [6, -6]]]


def test_the_last_season_is_repeated_as_often_as_needed() -> None:
    assert seasonal_naive(2).forecast(PAST, 5)[0, :, 0].tolist() == [2, 3, 2, 3, 2]
    assert seasonal_naive(3).forecast(PAST, 2)[1, :, 1].tolist() == [-4, -5]
    assert seasonal_naive(2).rows == 2


def test_a_recipe_has_one_for_each_season_and_a_linear_one() -> None:
    history = History(np.random.default_rng(0).normal(size=(60, 1)))
    recipe = Recipe().with_values({"season": (7, 12), "linear_lags": 5})
    found = baselines(recipe, plain_spec(), [history], 2)
    assert [each.name for each in found] == ["last value", "seasonal naive 7", "seasonal naive 12", "linear 5"]
    assert [each.rows for each in found] == [1, 7, 12, 5]
    assert found[1].description == "repeating the value 7 steps before"
    assert found[3].description == "a linear model of 5 lags"


def test_linear_has_the_context_s_lags_as_far_as_rows_allow() -> None:
    history = np.random.default_rng(0).normal(size=(2000, 1))
    for window, rows, name in ((24, 2000, "linear 24"), (700, 2000, "linear 512"), (24, 11, "linear 3")):
        assert baselines(Recipe(), plain_spec(window=window), [History(history[:rows])], 2)[-1].name == name
    assert [each.name for each in baselines(Recipe(), plain_spec(), [History(history[:3])], 2)] == ["last value"]


def test_each_target_is_forecast_from_its_own_lags() -> None:
    steps = np.arange(20.0)
    history = np.stack([1000 * np.sin(steps), 3 * steps, 5 - steps], axis=1)
    spec = plain_spec(("a", "b", "c"), ("c", "b"))
    linear = baselines(Recipe(), spec, [History(history)], 2)[-1]
    past = np.array([[[-15.0, 60], [-16, 63]]])  # of c and b
    assert linear.forecast(past, 2)[0] == pytest.approx(np.array([[-17, 66], [-18, 69]]), abs=1e-3)


def test_a_linear_one_sees_what_is_known_of_each_step() -> None:
    x = np.random.default_rng(0).normal(size=(500, 1))
    spec = plain_spec(future=(Covariate(name="x"),), past=(Covariate(name="y"),))
    linear = baselines(Recipe(), spec, [History(5 + 2 * x, None, np.column_stack([x, x]))], 1)[-1]
    assert (linear.name, linear.description) == ("linear 2", "a linear model of 2 lags and 1 known input")
    assert linear.takes_known
    known = np.array([[[1.0]], [[-1]]])
    assert linear.forecast(np.array([[[5.0], [5]]] * 2), 1, known)[:, 0, 0] == pytest.approx([7, 3], abs=0.02)
    assert not last_value().takes_known
