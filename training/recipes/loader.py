"""Loading recipes: those that come with rollcast by name, any other by its file."""

import tomllib
from importlib.resources import files
from pathlib import Path

from models.text import did_you_mean
from training.errors import RecipeError
from training.recipes.recipe import Recipe
from training.recipes.sections import PACKAGE_SCHEME


def recipe_names() -> tuple[str, ...]:
    """The names of the recipes that come with rollcast, in alphabetical order."""
    folder = files("training") / "recipes"
    return tuple(sorted(file.name.removesuffix(".toml") for file in folder.iterdir() if file.name.endswith(".toml")))


def load_recipe(name_or_path: str) -> Recipe:
    """Load a recipe: one that comes with rollcast by its name, or any other by a path that ends in .toml.

    A relative csv path in a file starts at the folder of that file. Raises RecipeError.
    """
    if not name_or_path.endswith(".toml"):
        if name_or_path not in recipe_names():
            hint = did_you_mean(name_or_path, recipe_names())
            raise RecipeError(f'no recipe is named "{name_or_path}"{hint} (a file must end in .toml)')
        return _parse((files("training") / "recipes" / f"{name_or_path}.toml").read_text("utf-8"), name_or_path)
    path = Path(name_or_path)
    try:
        recipe = _parse(path.read_text("utf-8"), name_or_path)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise RecipeError(f"the recipe {name_or_path} can't be read: {reason}") from error
    csv = recipe.series.csv
    if csv is None or csv.startswith(PACKAGE_SCHEME):
        return recipe
    return recipe.with_values({"csv": str(path.parent / csv)})


def _parse(content: str, origin: str) -> Recipe:
    try:
        return Recipe.parsed(tomllib.loads(content))
    except tomllib.TOMLDecodeError as error:
        raise RecipeError(f"the recipe {origin} is not valid TOML: {error}") from error
    except RecipeError as error:
        raise RecipeError(f"{origin}: {error}") from error
