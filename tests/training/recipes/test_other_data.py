"""What a recipe says of its data, where it is run on others."""

from pathlib import Path
from typing import Any

import pytest

from training.recipes.loader import load_recipe
from training.recipes.other_data import run_with
from training.recipes.recipe import Recipe

OWN: dict[str, Any] = {"name": "load", "description": "Demand of a town.", "csv": "load.csv", "column": ["load"]}


@pytest.mark.parametrize(
    ("values", "description"),
    [
        ({"csv": "other.csv"}, "By the recipe load, on other data."),
        ({"csv": "other.csv", "name": "other"}, "By the recipe load, on other data."),
        ({"column": ["price"]}, "By the recipe load, on other data."),
        ({"generator": "sine"}, "By the recipe load, on other data."),
        ({"csv": "other.csv", "description": "Demand of a village."}, "Demand of a village."),
        ({"epochs": 3, "name": "again"}, "Demand of a town."),
        ({"csv": "./load.csv", "column": ["load"]}, "Demand of a town."),
        ({"csv": str(Path("load.csv").absolute())}, "Demand of a town."),
    ],
)
def test_a_recipe_describes_its_own_data_alone(values: dict[str, Any], description: str) -> None:
    recipe = run_with(Recipe().with_values(OWN), values)
    assert recipe.description == description
    assert recipe.name == values.get("name", "load")


def test_a_recipe_that_names_no_series_has_no_data_of_its_own() -> None:
    recipe = Recipe().with_values({"description": "A small network."})
    assert run_with(recipe, {"csv": "load.csv", "column": ["load"]}).description == "A small network."


def test_without_a_name_nothing_is_said() -> None:
    assert run_with(Recipe().with_values(OWN | {"name": ""}), {"csv": "other.csv"}).description == ""


@pytest.mark.parametrize("name", ["sine-lstm", "victoria-demand", "m3-monthly"])
def test_the_recipes_that_come_with_rollcast_give_way_to_a_file(name: str) -> None:
    assert run_with(load_recipe(name), {"csv": "mine.csv"}).description == f"By the recipe {name}, on other data."
