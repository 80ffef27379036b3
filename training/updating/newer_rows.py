"""Which rows of a newer file a published model has not seen: those after the end of its training's data."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC
from typing import Any, NamedTuple

import numpy as np

from models.spec.manifest import Manifest
from models.timeseries.frequency import parse_frequency
from training.data.held_out import HeldOut, describe_rows, held_out_series
from training.data.known_covariates import in_known_codes
from training.errors import RecipeError, SeriesError
from training.evaluation.backtest import tested_horizon
from training.reading.series import Series, sha256
from training.recipes.recipe import Recipe
from training.updating.reload_data import ReloadedData, check_series, reload_series


class NewerRows(NamedTuple):
    """A newer file, as the recipe of a published model reads it; each row from `first_new` on is new, by series."""

    manifest: Manifest
    recipe: Recipe
    series: tuple[Series, ...]
    first_new: tuple[int, ...]

    @property
    def most(self) -> int:
        """How many new rows there are: of several series, in the one that has most."""
        return max(len(part) for part in self.parts)

    @property
    def parts(self) -> tuple[range, ...]:
        """The new rows of each series."""
        return tuple(range(first, len(each.values)) for each, first in zip(self.series, self.first_new, strict=True))

    @property
    def horizon(self) -> int:
        """How many steps the model is tested and calibrated over."""
        return tested_horizon(self.recipe, self.manifest.spec)

    @property
    def source(self) -> str:
        """What errors call the file."""
        return self.series[0].source

    def held_out(self, parts: Sequence[range]) -> tuple[HeldOut, ...]:
        """The series of which some row in the part can be forecast."""
        return held_out_series(self.manifest.spec, self.series, parts)

    def described(self, parts: Sequence[range]) -> str:
        """The rows of the parts, in words."""
        return f"{describe_rows(self.series, parts)} of {self.source}"


def read_newer_rows(manifest: Manifest, values: Mapping[str, Any]) -> NewerRows:
    """Read a newer file by a model's recipe, some of its values replaced, such as `csv`.

    Raises RecipeError where the model was not trained on a file, SeriesError where the file can't be read, is no series
    that the model forecasts or does not go on where the training's rows end, and MissingExtra.
    """
    if manifest.training.recipe.get("collection", {}).get("synthetic"):
        raise RecipeError(
            f"{manifest.title} learned from a collection of series, which no file goes on: it forecasts newer rows as "
            "it is"
        )
    generator = manifest.training.recipe.get("series", {}).get("generator")
    if generator is not None:
        raise RecipeError(
            f"{manifest.title} was trained on the generator {generator}, which no file goes on: train on a file to "
            "renew a model with newer rows"
        )
    recipe, series = reload_series(manifest, values)
    check_series(manifest, series)
    series = tuple(in_known_codes(manifest, each) for each in series)
    return NewerRows(manifest, recipe, series, first_new_rows(manifest, series))


def first_new_rows(manifest: Manifest, series: Sequence[Series]) -> tuple[int, ...]:
    """The index of each series' first row that the training did not have; the number of rows where it had all.

    By time, where the training knew it and the file tells it; else the file must begin with the training's rows.
    Raises SeriesError where rows between the two are missing, or where that can't be told.
    """
    last_at = manifest.data.last_at
    times = [each.times for each in series if each.times is not None]
    if last_at is None or len(times) < len(series):
        return _after_the_same_rows(manifest, series)
    last = np.datetime64(last_at.astimezone(UTC).replace(tzinfo=None), "us")
    first = min(each[0] for each in times)
    _check_overlap(manifest, series[0], first, last)
    return tuple(int(np.searchsorted(each, last, side="right")) for each in times)


def learned_rows(manifest: Manifest, reloaded: ReloadedData) -> int:
    """How many of the rows to be tested on an updated version has learned from: it learned from all of its file's.

    0 for any other version, whose test rows nothing was learned from, and where it can't be told.
    """
    if manifest.training.update is None:
        return 0
    try:
        firsts = first_new_rows(manifest, reloaded.series)
    except SeriesError:
        return 0
    parts = [each.part for each in reloaded.data.held_out]
    return sum(max(0, min(first, part.stop) - part.start) for first, part in zip(firsts, parts, strict=True))


def _check_overlap(manifest: Manifest, series: Series, first: np.datetime64, last: np.datetime64) -> None:
    """Raise SeriesError where a file begins more than a step after the training's last row."""
    months, microseconds = parse_frequency(series.frequency or manifest.spec.frequency or "1us")
    # Of months, days may differ: the last of one is an earlier day than the last of the next.
    gap = (
        first.astype("M8[M]") > last.astype("M8[M]") + months
        if months
        else first > last + np.timedelta64(microseconds, "us")
    )
    if gap:
        raise SeriesError(
            f"{series.source} begins at {first.astype('M8[s]')}, but {manifest.title} was trained on rows up to "
            f"{last.astype('M8[s]')}: there is no overlap, and the rows between them are missing; bring a file that "
            "begins at most one step after the training's last row"
        )


def _after_the_same_rows(manifest: Manifest, series: Sequence[Series]) -> tuple[int, ...]:
    """The number of the training's rows, which the file must begin with; of several series all must have as many."""
    data = manifest.data
    each, rest = divmod(data.rows, data.series)
    known = [replace(one, values=one.values[:each]) for one in series[: data.series]]
    # A shorter file has another hash.
    if rest or sha256(known) != data.sha256:
        alike = " (and of several series, as many in each)" if data.series > 1 else ""
        raise SeriesError(
            f"{series[0].source} does not begin with the {data.rows} rows that {manifest.title} was trained on{alike}, "
            "and no times tell which of its rows are new: bring a file that goes on after these rows, name the column "
            "of times with --time where both have one, or train anew"
        )
    return tuple(each if index < data.series else 0 for index in range(len(series)))
