"""The rows that a published model can be tested on: those of its recipe's own data, or of another file."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from models.spec.manifest import Manifest
from models.timeseries.frequency import parse_frequency
from training.data.dataset import build_dataset, load_series, untrained_dataset
from training.data.held_out import HeldOut, histories
from training.data.known_covariates import in_known_codes
from training.data.splits import Parts, split_rows
from training.errors import RecipeError, SeriesError
from training.evaluation.backtest import BacktestData
from training.reading.series import Series, sha256
from training.recipes.recipe import Recipe


class ReloadedData(NamedTuple):
    """A model's recipe and the rows to test the model on.

    `series` are those of the data, whole and as they were read. `same_values` says whether these are the very values of
    the training.
    """

    recipe: Recipe
    series: tuple[Series, ...]
    data: BacktestData
    same_values: bool

    @property
    def filled_rows(self) -> int:
        """How many rows were missing or had empty cells."""
        return sum(each.filled_rows for each in self.series)


def reload_data(manifest: Manifest, values: Mapping[str, Any]) -> ReloadedData:
    """Read a model's data again and split them as its recipe does, with some of the recipe's values replaced.

    With a `csv` among the values, its columns are `column`, in the order of the model's features and by default of
    their names. Raises RecipeError, SeriesError and MissingExtra.
    """
    recipe, series = reload_series(manifest, values)
    if recipe.series.generator is not None:  # which may test on more than the series' own rows
        # A pretrained model learned from other series: of these there is nothing to learn.
        dataset = (untrained_dataset if recipe.collection.synthetic else build_dataset)(recipe, series)
        known, parts, held_out, tested_on = series, dataset.parts, dataset.held_out, dataset.tested_on
    else:
        check_series(manifest, series)
        parts = split_rows(recipe, series)
        known = tuple(in_known_codes(manifest, each) for each in series)
        held_out = tuple(HeldOut.of(each, split.test) for each, split in zip(known, parts, strict=True))
        tested_on = _describe_test_rows(series, parts)
    return ReloadedData(
        recipe,
        series,
        BacktestData(histories(known, parts), held_out, tested_on, tuple(each.id for each in series)),
        same_values=sha256(series) == manifest.data.sha256,
    )


def reload_series(manifest: Manifest, values: Mapping[str, Any]) -> tuple[Recipe, tuple[Series, ...]]:
    """A model's recipe with some of its values replaced, and the series that it names. Raises as `reload_data`."""
    recipe = recipe_of(manifest, values)
    try:
        return recipe, load_series(recipe)
    except SeriesError as error:
        if "csv" in values:
            raise
        raise SeriesError(
            f"{manifest.title}'s own data can't be read from the current folder: {error}, or name it with --csv"
        ) from error


def recipe_of(manifest: Manifest, values: Mapping[str, Any]) -> Recipe:
    """The recipe of the training with some values replaced; for another file its columns are named.

    Raises RecipeError.
    """
    replaced = dict(values)
    if "csv" in values:
        features = manifest.spec.features
        columns: tuple[str, ...] = tuple(values.get("column") or features)
        if len(columns) != len(features):
            raise RecipeError(
                f"{manifest.title} has the features {', '.join(features)}: name {len(features)} columns in this order "
                f"with --column, not {len(columns)}"
            )
        replaced |= {"column": columns, "target": tuple(columns[index] for index in manifest.spec.target_columns)}
    try:
        recipe = Recipe.parsed(_without_nulls(manifest.training.recipe))
    except RecipeError as error:
        raise RecipeError(f"{manifest.title} was trained by another release: {error}") from error
    return recipe.with_values(replaced)


def _without_nulls(recipe: Mapping[str, Any]) -> dict[str, Any]:
    """A recipe's values without those that are null: these stand for defaults, which were not always lists."""
    known = {key: _without_nulls(value) if isinstance(value, Mapping) else value for key, value in recipe.items()}
    return {key: value for key, value in known.items() if value is not None}


def check_series(manifest: Manifest, series: Sequence[Series]) -> None:
    """Raise SeriesError where the model can't forecast the series."""
    if len(series[0].columns) != len(manifest.spec.features):
        raise SeriesError(
            f"{series[0].source} has the columns {', '.join(series[0].columns)}, but {manifest.title} the features "
            f"{', '.join(manifest.spec.features)}"
        )
    actual, expected = series[0].frequency, manifest.spec.frequency
    if actual is not None and expected is not None and parse_frequency(actual) != parse_frequency(expected):
        raise SeriesError(
            f"the values of {series[0].source} are {actual} apart, but {manifest.title} was trained on values "
            f"{expected} apart: bring those"
        )


def _describe_test_rows(series: Sequence[Series], parts: Sequence[Parts]) -> str:
    """Which rows of which file are tested on, in words."""
    count, total = sum(len(each.test) for each in parts), sum(len(each.values) for each in series)
    of_series = f"{len(series)} series of " if len(series) > 1 else ""
    return f"the last {count} of {total} rows of {of_series}{series[0].source}"
