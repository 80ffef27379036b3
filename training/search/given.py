"""The user's own values in a plan, and in a recipe that no plan goes with: what they leave open is made to fit."""

from collections.abc import Mapping, Sequence
from typing import Any

from models.seasonal.season_search import multiples
from training.data.dataset import build_dataset
from training.errors import RecipeError, SeriesError
from training.reading.series import Series
from training.recipes.recipe import Recipe


def with_given(plan: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """A plan's values with the user's, and with what must change in the others for these to go with them."""
    values = {**plan, **given}
    if "burn_in" in plan and "burn_in" not in given:
        # It is a whole window where each context has a scale of its own, and never more.
        by_context = values.get("scaler") == "context"
        values["burn_in"] = values["window"] if by_context else min(values["burn_in"], values["window"])
    if values.get("residual") and "linear_path" not in given:
        values["linear_path"] = False
    return values


def with_season_lags(recipe: Recipe, given: Mapping[str, Any], series: Sequence[Series]) -> Recipe:
    """The user's own recipe with the values a season before as inputs, of each season that rows have room for.

    As it is where the user set lags, or no season: without lags a network would have to carry a season in its state.
    """
    seasons = sorted(season for season in recipe.evaluation.season if season > 1)
    if "lag" in given:
        return recipe
    for count in range(len(seasons), 0, -1):
        lags = {lag for season in seasons[:count] for lag in multiples(season, max(1, recipe.windows.feedback))}
        try:
            with_lags = recipe.with_values({"lag": sorted(lags)})
            build_dataset(with_lags, series)
        except (RecipeError, SeriesError):
            continue
        return with_lags
    return recipe
