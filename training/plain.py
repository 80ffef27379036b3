"""Training without a recipe: a file, a column and some minutes; the rest is found."""

import time
from collections.abc import Mapping
from typing import Any

from rich.console import Console

from models.registry.registry import Registry
from models.spec.manifest import Manifest
from training.data.dataset import load_series
from training.pipeline import Plans, check_recipe_name, require_libraries, train_on
from training.reading.table import Table
from training.recipes.recipe import Recipe
from training.search.budget import USUAL_MINUTES
from training.search.given import with_season_lags
from training.search.search import find_recipe

FITTED_BY, LEARNED_BY = 0.82, 0.92  # of the minutes


def train_plain(
    values: Mapping[str, Any],
    registry: Registry,
    *,
    table: Table | None = None,
    minutes: float = USUAL_MINUTES,
    progress: bool = True,
    compare: bool = False,
) -> Manifest:
    """Find a recipe for a file's series, train its network, and publish it.

    `values` are those that the user set, by their names in a recipe; they hold whatever is found. A `table` stands in
    for the file, whose path is then its name alone. Training is sized to take about so many minutes, and the clock ends
    what takes longer; 0 minutes are the usual ones, without a clock. Values that no plan goes with are a recipe of
    their own. With `compare` classical methods stand beside the model, which takes time of its own. Raises
    RollcastError.
    """
    require_libraries(compare=compare)
    started = time.monotonic()
    console = Console(stderr=True) if progress else None
    given = Recipe().with_values(values)
    check_recipe_name(given.name)
    series = load_series(given, table)
    found = find_recipe(values, series, minutes, console)
    if found is None:
        return train_on(series, with_season_lags(given, values, series), registry, console, compare=compare)
    fitted_by, learned_by = (started + 60 * minutes * share if minutes else None for share in (FITTED_BY, LEARNED_BY))
    plans = Plans(found.trials, fitted_by, learned_by)
    return train_on(series, found.recipe, registry, console, plans, compare=compare)
