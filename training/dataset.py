"""What a recipe makes of a series: its parts, its scaling, samples to learn from and values to be tested on."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.manifest import Shape
from models.scaling import Scaler
from models.windows import Parts, Samples, chronological_parts, context_length, sliding_windows
from training.errors import RecipeError, SeriesError
from training.generators import GENERATORS, generated
from training.recipe import Recipe
from training.sequences import training_sequences
from training.series import Series, read_series

MOST_CONTEXTS = 256


class HeldOut(NamedTuple):
    """Raw values of shape (rows, features), of which the rows in `part` are forecast."""

    values: NDArray[np.float64]
    part: range


@dataclass(frozen=True)
class Dataset:
    """A series made ready: samples in the network's units, held-out values in raw ones.

    `train` holds windows with a target each, or for a rollout of states sequences with a target at each step
    (training/sequences.py). `validation` holds windows either way, so that the validation losses of both say the
    same: the error of the next value from one window, as it is served.
    """

    series: Series
    shape: Shape
    parts: Parts
    train: Samples
    validation: Samples
    held_out: tuple[HeldOut, ...]
    tested_on: str

    def contexts(self) -> NDArray[np.float64]:
        """At most `MOST_CONTEXTS` of what requests for the held-out rows would bring, evenly spaced.

        Shape (count, context, features), in raw units.
        """
        found = [sliding_windows(each.values, self.shape.context, 1, each.part).windows for each in self.held_out]
        pooled = np.concatenate(found).astype(np.float64)
        return pooled[:: -(-len(pooled) // MOST_CONTEXTS)]


def load_series(recipe: Recipe) -> Series:
    """The series that a recipe names. Raises RecipeError where it names none, SeriesError and MissingExtra."""
    source = recipe.series
    if source.generator is not None:
        return generated(source.generator, recipe.fit.seed)
    if source.csv is None:
        raise RecipeError("the recipe names no series: give a file with --csv, or a generator with --generator")
    return read_series(source.csv, source.column)


def prepare(recipe: Recipe, series: Series) -> Dataset:
    """Split a series, fit the scaler on its training rows and cut its samples.

    Raises SeriesError where a part is too short, a column never changes in training or is too large to scale,
    and RecipeError where a target is no column.
    """
    split, rows = recipe.split, len(series.values)
    window, lead = recipe.windows.window, recipe.windows.lead
    targets = recipe.series.target or series.columns
    if not set(targets) <= set(series.columns):
        raise RecipeError(f"the targets {', '.join(targets)} must be among the columns {', '.join(series.columns)}")
    parts = chronological_parts(rows, split.train_share, split.validation_share)
    through_time = recipe.windows.rollout == "state"
    length = recipe.windows.sequence_length if through_time else window
    needed = context_length(length, lead) + 1
    if len(parts.train) < needed:
        unit = "sequence" if through_time else "window"
        raise SeriesError(
            f"{series.source} has {rows} rows, {len(parts.train)} of them to train on; a {unit} of {length} and a "
            f"lead of {lead} need at least {needed}: bring more rows or choose a smaller --{unit}"
        )
    generator = recipe.series.generator
    fresh = GENERATORS[generator].fresh(recipe.fit.seed) if generator else []
    if not fresh and not parts.test:
        raise SeriesError(
            f"none of {series.source}'s {rows} rows is left to test on: lower --train-share or --validation-share"
        )
    scaler = _scaler(recipe, series, parts.train)
    shape = Shape(
        kind=recipe.network.kind,
        units=recipe.network.units,
        window=window,
        lead=lead,
        rollout=recipe.windows.rollout,
        features=series.columns,
        targets=targets,
        scaler=scaler,
    )
    scaled = scaler.scaled(series.values)
    bad = np.argwhere(~np.isfinite(scaled))
    if bad.size:
        row, column = bad[0]
        raise SeriesError(
            f'row {row + 1} of column "{series.columns[column]}" is {series.values[row, column]:g}: '
            "too large for the network's 32-bit floats"
        )
    train, validation = (sliding_windows(scaled, window, lead, part) for part in parts[:2])
    if through_time:
        train = training_sequences(scaled[: parts.train.stop], window, length, lead)
    columns = list(shape.target_columns)
    train, validation = (Samples(each.windows, each.targets[..., columns]) for each in (train, validation))
    if fresh:
        return Dataset(
            series,
            shape,
            parts,
            train,
            validation,
            tuple(HeldOut(values, range(len(values))) for values in fresh),
            f"{len(fresh)} fresh series of {len(fresh[0])} rows each",
        )
    test = (HeldOut(series.values, parts.test),)
    return Dataset(series, shape, parts, train, validation, test, f"the last {len(parts.test)} of {rows} rows")


def _scaler(recipe: Recipe, series: Series, train: range) -> Scaler:
    values = series.values[train.start : train.stop]
    constant = [name for name, column in zip(series.columns, values.T, strict=True) if column.min() == column.max()]
    if constant:
        raise SeriesError(
            f"{' and '.join(constant)} never changes in the {len(train)} training rows of {series.source}: "
            "there is nothing to learn; leave the column out or bring rows in which it varies"
        )
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            return Scaler.fit(recipe.fit.scaler, values)
    except ValueError as error:
        raise SeriesError(f"{series.source} can't be scaled: its values lie too far apart or too near") from error
