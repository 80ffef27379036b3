"""A training run as it is asked for, by the command's flags or by a Python program's keywords."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from models.errors import RollcastError
from models.registry.registry import Registry
from models.spec.manifest import Manifest
from training.extras import require_train
from training.recipes.loader import load_recipe
from training.recipes.other_data import run_with
from training.recipes.recipe import Recipe

if TYPE_CHECKING:
    from training.reading.table import Table


class Run(NamedTuple):
    """What is asked for besides a recipe's values: the recipe, if any, for how long, and what is shown."""

    recipe: str | None
    minutes: float
    compare: bool
    quiet: bool

    def publish(self, values: Mapping[str, Any], registry: Registry, table: "Table | None" = None) -> Manifest:
        """Train with a recipe's values, some of them, and publish what came of it.

        Without a recipe one is found for the file, or for the `table` that stands in for it. "" puts a recipe's column
        of ids or of times aside. Raises RollcastError.
        """
        values = {**values, **{name: values[name] or None for name in ("id", "time") if name in values}}
        recipe = run_with(Recipe() if self.recipe is None else load_recipe(self.recipe), values)
        if not recipe.name:
            raise RollcastError("the model needs a name: add --name NAME, in Python name=...")
        require_train()
        # These take seconds, which other commands need not wait for.
        from training.pipeline import train
        from training.plain import train_plain

        shown: dict[str, Any] = {"table": table, "progress": not self.quiet, "compare": self.compare}
        if self.recipe is None and (recipe.series.csv is not None or recipe.network.start_from is not None):
            return train_plain(values, registry, minutes=self.minutes, **shown)
        return train(recipe, registry, **shown)
