"""What a recipe makes of series: their parts, their scaling, samples to learn from and rows to be tested on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from models.spec.model_spec import ModelSpec
from models.timeseries.frequency import parse_frequency
from models.timeseries.month_days import Times
from models.timeseries.scaling import Scaler
from models.timeseries.time_index import TimeIndex
from training.data.generators import GENERATORS, generated
from training.data.series import Series, read_series
from training.data.splits import Parts, Samples, chronological_parts, counted_parts
from training.data.validation import check_finite, check_rows, check_test_rows, check_varies
from training.data.windowing import changes, prepare_series, samples, training_range
from training.errors import RecipeError, SeriesError
from training.recipes.fields import format_errors
from training.recipes.recipe import Recipe

MAX_CONTEXTS = 256


class HeldOut(NamedTuple):
    """Raw values of shape (rows, features), of which the rows in `part` are forecast, and each row's time in UTC."""

    values: NDArray[np.float64]
    part: range
    times: Times | None = None
    id: str = ""


@dataclass(frozen=True)
class Dataset:
    """Series made ready: samples in the network's units, rows that are held out in raw ones.

    `train` holds windows with the targets of each or, for a rollout of states, sequences with targets at each of
    their last steps (training/data/windowing.py). `validation` holds windows; with a burn-in or feedback sequences, as
    long as those of training or as its longest part allows. `parts` are the row ranges of each of `series`; `held_out`
    is tested on, `calibration` is for intervals, and nothing after it is in its values.
    """

    series: tuple[Series, ...]
    spec: ModelSpec
    parts: tuple[Parts, ...]
    train: Samples
    validation: Samples
    calibration: tuple[HeldOut, ...]
    held_out: tuple[HeldOut, ...]
    tested_on: str
    calibrated_on: str

    def contexts(self) -> tuple[NDArray[np.float64], list[TimeIndex] | None]:
        """At most `MOST_CONTEXTS` of what requests for the held-out rows would bring, evenly spaced.

        Windows of shape (count, context, features), in raw units, and the times of each where they are known.
        """
        context, frequency = self.spec.context_length, self.spec.frequency
        ends = [(each, row) for each in self.held_out for row in each.part if row >= context]
        chosen = ends[:: -(-len(ends) // MAX_CONTEXTS)]
        windows = np.stack([each.values[row - context : row] for each, row in chosen])
        if frequency is None:
            return windows, None
        apart = parse_frequency(frequency)
        indexes = [
            TimeIndex.through(each.times[row - context : row], apart) for each, row in chosen if each.times is not None
        ]
        return windows, indexes if len(indexes) == len(windows) else None


def load_series(recipe: Recipe) -> tuple[Series, ...]:
    """The series that a recipe names. Raises RecipeError where it names none, SeriesError and MissingExtra."""
    source = recipe.series
    if source.generator is not None:
        return generated(source.generator, recipe.fit.seed)
    if source.csv is None:
        raise RecipeError("the recipe names no series: give a file with --csv, or a generator with --generator")
    return read_series(
        source.csv, source.column, id=source.id, time=source.time, frequency=source.frequency, fill=source.fill
    )


def split_rows(recipe: Recipe, series: Sequence[Series]) -> tuple[Parts, ...]:
    """Which rows of each series do what: by shares or, where the recipe counts them, back from its end."""
    split = recipe.split
    if split.test_rows is None:
        shares = split.train_share, split.validation_share, split.calibration_share
        return tuple(chronological_parts(len(each.values), *shares) for each in series)
    counts = split.validation_rows, split.calibration_rows, split.test_rows
    return tuple(counted_parts(len(each.values), *counts) for each in series)


def build_dataset(recipe: Recipe, series: Sequence[Series]) -> Dataset:
    """Split series, fit the scaler on their training rows and cut their samples.

    Raises SeriesError where a part is too short, a column never changes in training or is too large to scale, and
    RecipeError where the recipe's values don't go together or with the series' columns and times.
    """
    spec = _shape(recipe, series)
    parts = split_rows(recipe, series)
    train, validation, calibration, test = ([getattr(part, name) for part in parts] for name in Parts._fields)
    through_time = spec.rollout == "state"
    cut = spec.model_copy(update={"window": recipe.windows.first_trained}) if through_time else spec
    trained = recipe.windows.sequence_length - cut.window + 1 if through_time else 1
    # As many steps as the longest part allows, for a network is stopped by what it was trained for.
    judged = max(1, recipe.windows.feedback, min(trained, max(map(len, validation), default=0)))
    check_rows(recipe, spec, series, parts)
    generator = recipe.series.generator
    fresh = GENERATORS[generator].fresh(recipe.fit.seed) if generator else []
    if not fresh:
        check_test_rows(series, parts)
    spec = spec.model_copy(update={"scaler": _scaler(recipe, spec, series, train)})
    ready = [prepare_series(spec, each) for each in series]
    for each, its in zip(series, ready, strict=True):
        check_finite(spec, each, its.values)
    cut = cut.model_copy(update={"scaler": spec.scaler})
    spec = spec.model_copy(update={"seen": training_range(cut, ready, train, trained)})
    held_out, tested_on = _held_out(spec, series, test), _told(series, test)
    if fresh:
        held_out = tuple(HeldOut(values, range(len(values))) for values in fresh)
        tested_on = f"{len(fresh)} fresh series of {len(fresh[0])} rows each"
    return Dataset(
        series=tuple(series),
        spec=spec,
        parts=parts,
        train=samples(cut, ready, train, trained),
        validation=samples(cut, ready, validation, judged)
        if recipe.windows.feedback or recipe.windows.burn_in
        else samples(spec, ready, validation),
        calibration=_held_out(spec, series, calibration),
        held_out=held_out,
        tested_on=tested_on,
        calibrated_on=_told(series, calibration),
    )


def _shape(recipe: Recipe, series: Sequence[Series]) -> ModelSpec:
    """The network's shape, as yet with a scaler that changes nothing."""
    windows, columns, frequency = recipe.windows, series[0].columns, series[0].frequency
    targets = recipe.series.target or columns
    if not set(targets) <= set(columns):
        raise RecipeError(f"the targets {', '.join(targets)} must be among the columns {', '.join(columns)}")
    for name in ("residual", "feedback"):
        if getattr(windows, name) and targets != columns:
            raise RecipeError(f"{name} needs every column to be a target, in their order: leave {name} or target out")
    if windows.calendar and (frequency is None or any(each.times is None for each in series)):
        raise RecipeError(f"calendar inputs need each row's time, but {series[0].source} has none: leave calendar out")
    try:
        return ModelSpec(
            kind=recipe.network.kind,
            units=recipe.network.units,
            members=recipe.network.members,
            window=windows.window,
            lead=windows.lead,
            outputs=windows.outputs,
            rollout=windows.rollout,
            lags=windows.lag,
            difference=windows.difference,
            calendar=windows.calendar,
            timezone=recipe.series.timezone,
            frequency=frequency,
            features=columns,
            targets=targets,
            interval_season=recipe.evaluation.interval_season,
            scaler=Scaler(kind=recipe.scaler, mean=(0.0,) * len(columns), scale=(1.0,) * len(columns)),
        )
    except ValidationError as error:
        raise RecipeError(format_errors(error, Recipe)) from error


def _scaler(recipe: Recipe, spec: ModelSpec, series: Sequence[Series], train: Sequence[range]) -> Scaler:
    season = spec.difference
    rows = np.concatenate(
        [changes(each.values[: part.stop], season)[season or 0 :] for each, part in zip(series, train, strict=True)]
    )
    check_varies(spec, series, rows)
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            return Scaler.fit(recipe.scaler, rows, next(iter(recipe.evaluation.season), None))
    except ValueError as error:
        raise SeriesError(f"{series[0].source} can't be scaled: its values lie too far apart or too near") from error


def _held_out(spec: ModelSpec, series: Sequence[Series], parts: Sequence[range]) -> tuple[HeldOut, ...]:
    """The series of which some row in the part can be forecast, each up to its part's end."""
    return tuple(
        HeldOut(each.values[: part.stop], part, None if each.times is None else each.times[: part.stop], each.id)
        for each, part in zip(series, parts, strict=True)
        if part.stop > max(part.start, spec.context_length)
    )


def _told(series: Sequence[Series], parts: Sequence[range]) -> str:
    """Which rows the parts hold, in words; nothing where they hold none."""
    held, rows = [len(part) for part in parts], [len(each.values) for each in series]
    after = [total - part.stop for total, part in zip(rows, parts, strict=True)]
    alike = len(set(held)) == len(set(after)) == 1
    count, later = (held[0], after[0]) if alike else (sum(held), sum(after))
    if not count:
        return ""
    which = f"the {count} rows before the last {later}" if later else f"the last {count}"
    if len(series) == 1:
        return f"{which} of {rows[0]} rows"
    return (
        f"{which} rows of each of {len(series)} series"
        if alike
        else f"{which} of {sum(rows)} rows in {len(series)} series"
    )
