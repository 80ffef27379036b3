"""Training from a Python program: the command's values by keyword, and a frame in place of its file."""

from pathlib import Path
from typing import Any

from models.errors import RollcastError
from rollcast.local.model import LocalModel, load, registry_at
from rollcast.run import Run
from training.extras import require_train
from training.recipes.fields import recipe_fields
from training.recipes.recipe import Recipe
from training.search.budget import USUAL_MINUTES


def train(
    data: Any = None,
    *,
    recipe: str | None = None,
    registry: str | Path | None = None,
    minutes: float = USUAL_MINUTES,
    compare: bool = False,
    quiet: bool = False,
    **values: Any,
) -> LocalModel:
    """Train a model, publish it as the next version of its name, and open it.

    `data` is a frame or a series of pandas or polars, an array or a list; without any the recipe says what to learn
    from, or `csv` does. `values` are the flags of `rollcast train` by their names, such as column, time, id, horizon
    and name. `recipe` is a recipe's name or file; without one it is found, in about so many `minutes`. The registry
    is found as by `load`. Raises RollcastError, MissingExtra where what trains is not installed.
    """
    require_train()
    from training.reading.frames import table_of, time_index

    given, table = _as_flags(values), None
    if data is not None:
        if {"csv", "generator"} & given.keys():
            raise RollcastError("the series comes from the data: leave csv and generator out")
        table = table_of(data)
        given["csv"] = table.path
        if "time" not in given and (time := time_index(data)) is not None:
            given["time"] = time
    source = registry_at(registry)
    manifest = Run(recipe, minutes, compare, quiet).publish(given, source, table)
    return load(manifest.title, source.storage.location)


def _as_flags(values: dict[str, Any]) -> dict[str, Any]:
    """Values as the command has them: lists where there may be several, and none that is None."""
    many = {field.name for field in recipe_fields(Recipe) if field.many}
    given = {name: value for name, value in values.items() if value is not None}
    for name, value in given.items():
        if name in many and not isinstance(value, list | tuple):
            given[name] = [value]
    return given
