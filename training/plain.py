"""Training without a recipe: a file, a column and some minutes; the rest is found."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console

from models.errors import RollcastError
from models.registry.registry import Registry
from models.spec.manifest import Manifest
from training.data.dataset import load_series
from training.fine_tuning.start import Start
from training.networks.progress import say
from training.pipeline import Plans, check_recipe_name, require_libraries, train_on
from training.reading.series import Series
from training.reading.table import Table
from training.recipes.recipe import Recipe
from training.search.budget import USUAL_MINUTES
from training.search.given import with_season_lags
from training.search.search import find_recipe

ANY_SERIES = "any-series"  # the model that one of the plans goes on from, where the registry has it
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
    found = find_recipe(values, series, minutes, console, _start(given, registry, series, console))
    if found is None:
        return train_on(series, with_season_lags(given, values, series), registry, console, compare=compare)
    fitted_by, learned_by = (started + 60 * minutes * share if minutes else None for share in (FITTED_BY, LEARNED_BY))
    plans = Plans(found.trials, fitted_by, learned_by)
    return train_on(series, found.recipe, registry, console, plans, compare=compare)


def _start(given: Recipe, registry: Registry, series: Sequence[Series], console: Console | None) -> Start | None:
    """What a training may start from: the version that the user names, or the registry's model for any series.

    The latter only where it has learned from none of these series, or its errors here would say nothing of others.
    """
    named = given.network.start_from
    if named is not None:
        start = Start.read(registry, named)
        start.check_series(series)
        return start
    if len(series[0].columns) > 1 or registry.entry(ANY_SERIES).is_empty:
        return None
    try:
        start = Start.read(registry, ANY_SERIES)
    except RollcastError as error:
        say(console, f"no plan starts from {ANY_SERIES}: {error}")
        return None
    if start.has_seen(series):
        say(console, f"no plan starts from {start.title}: it has learned from {series[0].source} already")
        return None
    return start
