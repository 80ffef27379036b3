"""Finding recipes: those that come with rollcast, by name, and the user's own, by file."""

import tomllib
from importlib.resources import files
from pathlib import Path

from training.data.table import PACKAGE_SCHEME
from training.errors import RecipeError
from training.recipes.fields import did_you_mean
from training.recipes.recipe import Recipe


def recipe_names() -> tuple[str, ...]:
    """The names of the recipes that come with rollcast, in alphabetical order."""
    folder = files("training") / "recipes"
    return tuple(sorted(file.name.removesuffix(".toml") for file in folder.iterdir() if file.name.endswith(".toml")))


def load_recipe(text: str) -> Recipe:
    """Load a recipe: one that comes with rollcast by its name, or any other by a path that ends in .toml.

    A recipe's relative csv path is taken from the recipe's own folder. Raises RecipeError.
    """
    if not text.endswith(".toml"):
        if text not in recipe_names():
            raise RecipeError(
                f'no recipe is named "{text}"{did_you_mean(text, recipe_names())} (a file must end in .toml)'
            )
        return _parsed((files("training") / "recipes" / f"{text}.toml").read_text("utf-8"), text)
    path = Path(text)
    try:
        recipe = _parsed(path.read_text("utf-8"), text)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise RecipeError(f"the recipe {text} can't be read: {reason}") from error
    csv = recipe.series.csv
    if csv is None or csv.startswith(PACKAGE_SCHEME):
        return recipe
    return recipe.with_values({"csv": str(path.parent / csv)})


def _parsed(content: str, origin: str) -> Recipe:
    try:
        return Recipe.parsed(tomllib.loads(content))
    except tomllib.TOMLDecodeError as error:
        raise RecipeError(f"the recipe {origin} is not valid TOML: {error}") from error
    except RecipeError as error:
        raise RecipeError(f"{origin}: {error}") from error
