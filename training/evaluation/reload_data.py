"""The rows that a published model can be tested on: those of its recipe's own data, or of another file."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.spec.manifest import Manifest
from models.timeseries.frequency import parse_frequency
from training.data.dataset import build_dataset, load_series
from training.data.held_out import HeldOut, histories
from training.data.series import Series, sha256
from training.data.splits import split_rows
from training.errors import RecipeError, SeriesError
from training.recipes.recipe import Recipe

Array = NDArray[np.float64]


class ReloadedData(NamedTuple):
    """What training.evaluation.backtest.backtest takes in.

    `same_data` says whether these are the very values of the training; `filled` rows were missing or had empty cells.
    """

    recipe: Recipe
    histories: tuple[Array, ...]
    held_out: tuple[HeldOut, ...]
    tested_on: str
    same_data: bool
    filled: int = 0


def reload_data(manifest: Manifest, values: Mapping[str, Any]) -> ReloadedData:
    """Read a model's data again and split them as its recipe does, with some of the recipe's values replaced.

    With a `csv` among the values, its columns are `column`, in the order of the model's features and by default of
    their names. Raises RecipeError, SeriesError and MissingExtra.
    """
    title = manifest.title
    recipe = _recipe(manifest, title, values)
    try:
        series = load_series(recipe)
    except SeriesError as error:
        if "csv" in values:
            raise
        raise SeriesError(
            f"{title}'s own data can't be read from the current folder: {error}, or name it with --csv"
        ) from error
    same_data = sha256(series) == manifest.data.sha256
    if recipe.series.generator is not None:  # which may test on more than the series' own rows
        made = build_dataset(recipe, series)
        return ReloadedData(recipe, histories(series, made.parts), made.held_out, made.tested_on, same_data)
    _check(manifest, title, series)
    parts = split_rows(recipe, series)
    pairs = list(zip(series, parts, strict=True))
    return ReloadedData(
        recipe,
        histories(series, parts),
        tuple(HeldOut(each.values, its.test, each.times, each.id) for each, its in pairs),
        f"the last {sum(len(its.test) for its in parts)} of {sum(len(each.values) for each in series)} rows of "
        + (f"{len(series)} series of " if len(series) > 1 else "")
        + series[0].source,
        same_data,
        sum(each.filled_rows for each in series),
    )


def _recipe(manifest: Manifest, title: str, values: Mapping[str, Any]) -> Recipe:
    """The recipe of the training with some values replaced; for another file its columns are named."""
    replaced = dict(values)
    if "csv" in values:
        features = manifest.spec.features
        columns: tuple[str, ...] = tuple(values.get("column") or features)
        if len(columns) != len(features):
            raise RecipeError(
                f"{title} has the features {', '.join(features)}: name {len(features)} columns in this order with "
                f"--column, not {len(columns)}"
            )
        replaced |= {"column": columns, "target": tuple(columns[place] for place in manifest.spec.target_columns)}
    try:
        recipe = Recipe.parsed(_known(manifest.training.recipe))
    except RecipeError as error:
        raise RecipeError(f"{title} was trained by another release: {error}") from error
    return recipe.with_values(replaced)


def _known(recipe: Mapping[str, Any]) -> dict[str, Any]:
    """A recipe's values without those that are null, which stand for defaults and were not always lists."""
    known = {key: _known(value) if isinstance(value, Mapping) else value for key, value in recipe.items()}
    return {key: value for key, value in known.items() if value is not None}


def _check(manifest: Manifest, title: str, series: Sequence[Series]) -> None:
    """Raise SeriesError where the series is not one that the model can forecast."""
    if len(series[0].columns) != len(manifest.spec.features):
        raise SeriesError(
            f"{series[0].source} has the columns {', '.join(series[0].columns)}, but {title} the features "
            f"{', '.join(manifest.spec.features)}"
        )
    found, expected = series[0].frequency, manifest.spec.frequency
    if found is not None and expected is not None and parse_frequency(found) != parse_frequency(expected):
        raise SeriesError(
            f"the values of {series[0].source} are {found} apart, but {title} was trained on values {expected} apart: "
            "bring those"
        )
