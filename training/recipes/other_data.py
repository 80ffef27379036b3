"""A recipe that is run on other data than its own: its description, which is of these, gives way."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from training.recipes.recipe import Recipe


def run_with(recipe: Recipe, values: Mapping[str, Any]) -> Recipe:
    """The recipe of a run with some values replaced, by their names without a section.

    Where these name another series or other columns than the recipe does, and no description, the card says which
    recipe it was in place of the recipe's own words. Raises RecipeError.
    """
    run = recipe.with_values(values)
    if "description" in values or not recipe.description or not _names_other_data(recipe, run):
        return run
    return run.with_values({"description": f"By the recipe {recipe.name}, on other data." if recipe.name else ""})


def _names_other_data(recipe: Recipe, run: Recipe) -> bool:
    """Whether a run reads another series or other columns; a recipe that names none has none of its own."""
    own, its = recipe.series, run.series
    another_source = own.generator != its.generator or _resolved(own.csv) != _resolved(its.csv)
    return ((own.csv or own.generator) is not None and another_source) or any(
        named and named != others for named, others in ((own.column, its.column), (own.target, its.target))
    )


def _resolved(csv: str | None) -> Path | None:
    """A file's path, however it is written."""
    return None if csv is None else Path(csv).resolve()
