"""What a recipe makes of series: samples to learn from, and rows that are held out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from models.inference.covariates import Codes
from models.inference.forecaster import Forecaster, ForecastInputs
from models.inference.input_windows import Windows
from models.seasonal.adjusted_windows import held_seasons
from models.spec.covariate import Covariates
from models.spec.model_spec import Decoder, Extension, ModelSpec
from models.text import listed
from models.timeseries.frequency import parse_frequency
from models.timeseries.missing_values import fill_forward
from models.timeseries.scaling import Scaler
from models.timeseries.time_index import TimeIndex
from training.data.data_checks import check_context, check_finite, check_rows, check_test_rows, check_varies
from training.data.generators import GENERATORS, generate_series
from training.data.held_out import HeldOut, describe_rows, held_out_series
from training.data.left_out import Block, learned_rows
from training.data.samples import learned_range, training_samples, validation_samples
from training.data.splits import Parts, Samples, calibration_rows, split_rows
from training.data.windowing import prepare_series, take_differences
from training.errors import RecipeError, SeriesError
from training.reading.series import Series, read_series, with_seasons
from training.reading.table import Table
from training.recipes.fields import format_errors
from training.recipes.recipe import Recipe

MAX_CONTEXTS = 256
QUANTILES = (0.1, 0.9)  # of an 80 percent interval


@dataclass(frozen=True)
class Dataset:
    """Series made ready: samples in the network's units, held-out rows in raw units.

    `parts` are the row ranges of each of `series`. `train` holds windows or, for a rollout of states, longer sequences
    (training/data/windowing.py). `validation` holds windows; with a burn-in or feedback, sequences as long as those of
    training or as its longest part allows. `calibration` is for intervals, and `held_out` is tested on;
    `calibrated_on` and `tested_on` describe these rows in words.
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

    def with_spec(self, spec: ModelSpec) -> "Dataset":
        """The same with another spec of the same network, which may need a longer context."""
        return replace(
            self,
            spec=spec,
            calibration=tuple(each for each in self.calibration if each.part.stop > spec.least_context),
            held_out=tuple(each for each in self.held_out if each.part.stop > spec.least_context),
        )

    def without(self, recipe: Recipe, left_out: Sequence[Block]) -> "Dataset":
        """The same with no training sample that has a target in some blocks; its inputs may reach into them."""
        if not left_out:
            return self
        rows = learned_rows([each.train for each in self.parts], left_out)
        return replace(self, train=training_samples(recipe, self.spec, self.series, rows))

    def with_all_rows(self, recipe: Recipe) -> "Dataset":
        """The same with every row before the test part to train on, in the same scale."""
        parts = [each._replace(train=range(each.test.start), validation=range(0)) for each in self.parts]
        train = training_samples(recipe, self.spec, self.series, [[each.train] for each in parts])
        validation = validation_samples(recipe, self.spec, self.series, [each.validation for each in parts])
        return replace(self, train=train, validation=validation)

    def examples(self, horizon: int) -> "Examples":
        """Requests for held-out rows, evenly spaced, at most `MAX_CONTEXTS`; covariates reach `horizon` steps ahead.

        Where a series' covariates end before, their last values stand for those after them.
        """
        spec = self.spec
        context = spec.context_length
        origins = [(series, row) for series in self.held_out for row in series.part if row >= spec.training_context]
        chosen = origins[:: -(-len(origins) // MAX_CONTEXTS)]
        if spec.any_length:
            windows = [series.values[max(0, row - context) : row] for series, row in chosen]
            pairs = zip(chosen, windows, strict=True)
            return Examples(windows, None, None, [held_seasons(each.seasons, len(own)) for (each, _), own in pairs])
        contexts = np.stack([series.values[row - context : row] for series, row in chosen])
        times = codes = None
        known = [series.times[row - context : row] for series, row in chosen if series.times is not None]
        if spec.frequency is not None and len(known) == len(contexts):
            times = [TimeIndex.through(each, parse_frequency(spec.frequency)) for each in known]
        if spec.covariates.all:
            steps = np.arange(-context, horizon)
            codes = np.stack(
                [
                    series.codes[np.minimum(row + steps, len(series.codes) - 1)]
                    for series, row in chosen
                    if series.codes is not None
                ]
            )
        return Examples(contexts, times, codes)


class Examples(NamedTuple):
    """Requests as a forecaster prepares them.

    Contexts have the shape (context, features) each, in raw units; those of a model for any length differ in theirs and
    come with `seasons`. With them come the times of each, where they are known, and the codes of covariates, shape
    (count, context + horizon, covariates).
    """

    contexts: Windows
    times: list[TimeIndex] | None
    codes: Codes | None
    seasons: list[tuple[int, ...]] | None = None

    def chosen(self, indexes: NDArray[np.integer]) -> "Examples":
        """Some of them."""
        return Examples(
            [self.contexts[index] for index in indexes],
            None if self.times is None else [self.times[index] for index in indexes],
            None if self.codes is None else self.codes[indexes],
            None if self.seasons is None else [self.seasons[index] for index in indexes],
        )

    def prepared(self, forecaster: Forecaster, horizon: int) -> ForecastInputs:
        """The requests, made ready for a forecaster's network."""
        return forecaster.prepare(self.contexts, horizon, self.times, self.codes, self.seasons)


def load_series(recipe: Recipe, table: Table | None = None) -> tuple[Series, ...]:
    """The series that a recipe names; a `table` stands in for its file.

    Raises RecipeError where it names none, SeriesError and MissingExtra.
    """
    generator = recipe.series.generator
    series = read_series(recipe.series, table) if generator is None else generate_series(generator, recipe.fit.seed)
    return with_seasons(series, recipe.evaluation.season)


def build_dataset(recipe: Recipe, series: Sequence[Series]) -> Dataset:
    """Split series, fit the scaler on their training rows and cut their samples.

    Raises SeriesError where a part is too short, a column never changes in training or is too large to scale, and
    RecipeError where the recipe's values don't go together or with the series' columns and times.
    """
    # 1. Split the rows; refuse series that are too short.
    series = with_seasons(series, recipe.evaluation.season)
    spec = _unscaled_spec(recipe, series)
    parts = split_rows(recipe, series)
    train = [each.train for each in parts]
    check_rows(recipe, spec, series, parts)
    generator = recipe.series.generator
    fresh = GENERATORS[generator].fresh(recipe.fit.seed) if generator else []
    if not fresh:
        check_test_rows(series, parts)
    # 2. Fit the scaler on the training rows.
    scaled = {"scaler": _fit_scaler(recipe, spec, series, train), **_fit_covariates(series, train)._asdict()}
    # 3. Cut the samples, and hold out the rows of the other parts.
    dataset = cut_dataset(recipe, spec.model_copy(update=scaled), series, parts)
    if not fresh:
        return dataset
    return replace(
        dataset,
        held_out=tuple(HeldOut(values, range(len(values))) for values in fresh),
        tested_on=f"{len(fresh)} fresh series of {len(fresh[0])} rows each",
    )


def untrained_dataset(recipe: Recipe, series: Sequence[Series]) -> Dataset:
    """Series to test a network for any series on, which does not learn from them.

    Raises RecipeError, and SeriesError where there is no row to test on.
    """
    spec, parts = _unscaled_spec(recipe, series), split_rows(recipe, series)
    check_test_rows(series, parts)
    check_context(spec, series, parts)
    nothing = Samples(np.empty((0, spec.window, spec.channels), np.float32), np.empty((0, spec.outputs), np.float32))
    test = [each.test for each in parts]
    return Dataset(
        series=tuple(series),
        spec=spec.model_copy(update={"interval_scale": "quantiles"}),
        parts=parts,
        train=nothing,
        validation=nothing,
        calibration=(),
        held_out=held_out_series(spec, series, test),
        tested_on=describe_rows(series, test),
        calibrated_on="",
    )


def cut_dataset(recipe: Recipe, spec: ModelSpec, series: Sequence[Series], parts: Sequence[Parts]) -> Dataset:
    """The samples of a spec that is fitted, in its network's units, and the rows that are held out, in raw units.

    There must be a training sample. The dataset's spec tells the range of the training rows. Raises SeriesError where
    a value is too large to scale.
    """
    if not spec.any_length:  # such windows are scaled one by one
        for each in series:
            check_finite(spec, each, prepare_series(spec, each).values)
    train = training_samples(recipe, spec, series, [[each.train] for each in parts])
    validation = validation_samples(recipe, spec, series, [each.validation for each in parts])
    if not spec.any_length:
        spec = spec.model_copy(update={"seen": learned_range(recipe, spec, series, parts)})
    calibration, test = calibration_rows(recipe, parts), [each.test for each in parts]
    return Dataset(
        series=tuple(series),
        spec=spec,
        parts=tuple(parts),
        train=train,
        validation=validation,
        calibration=held_out_series(spec, series, calibration),
        held_out=held_out_series(spec, series, test),
        tested_on=describe_rows(series, test),
        calibrated_on=describe_rows(series, calibration),
    )


def _unscaled_spec(recipe: Recipe, series: Sequence[Series]) -> ModelSpec:
    """The network's spec, with a scaler that changes nothing yet."""
    windows, columns, frequency = recipe.windows, series[0].columns, series[0].frequency
    targets = recipe.series.target or columns
    if not set(targets) <= set(columns):
        raise RecipeError(f"the targets {', '.join(targets)} must be among the columns {', '.join(columns)}")
    for name in ("residual", "feedback"):
        if getattr(windows, name) and targets != columns:
            raise RecipeError(f"{name} needs every column to be a target, in their order: leave {name} or target out")
    if recipe.series.past and recipe.horizon > windows.outputs:
        raise RecipeError(
            f"what {listed(recipe.series.past)} will be is not known after the first step: give all {recipe.horizon} "
            f"steps of the horizon at once, by outputs = {recipe.horizon}, not {windows.outputs}"
        )
    needs_times = windows.calendar or recipe.series.holidays
    if needs_times and (frequency is None or any(each.times is None for each in series)):
        raise RecipeError(
            f"calendar inputs need each row's time, but {series[0].source} has none: leave calendar and holidays out"
        )
    decoder = None
    if recipe.scaler == "seasonal":
        decoder = Decoder(patch=recipe.network.patch, units=recipe.network.decoder_units)
    try:
        return ModelSpec(
            kind=recipe.network.kind,
            units=recipe.network.units,
            members=recipe.network.members,
            window=windows.window,
            lead=windows.lead,
            outputs=windows.outputs,
            quantiles=QUANTILES if recipe.network.quantile_outputs or decoder else None,
            rollout=windows.rollout,
            lags=windows.lag,
            difference=windows.difference,
            calendar=windows.calendar,
            **series[0].covariates._asdict(),
            holidays=recipe.series.holidays,
            masked=recipe.series.missing == "mask",
            extension=_extension(recipe),
            timezone=recipe.series.timezone,
            frequency=frequency,
            features=columns,
            targets=targets,
            interval_season=recipe.evaluation.interval_season,
            decoder=decoder,
            scaler=Scaler(kind=recipe.scaler, mean=(0.0,) * len(columns), scale=(1.0,) * len(columns)),
        )
    except ValidationError as error:
        raise RecipeError(format_errors(error, Recipe)) from error


def _extension(recipe: Recipe) -> Extension | None:
    """How short windows are extended, where the recipe says from which length on they may come."""
    least = recipe.windows.least_context
    return None if least is None else Extension(least=least, season=next(iter(recipe.evaluation.season), 1))


def _fit_scaler(recipe: Recipe, spec: ModelSpec, series: Sequence[Series], train: Sequence[range]) -> Scaler:
    season = spec.difference
    rows = np.concatenate(
        [
            take_differences(fill_forward(each.values[: part.stop]), season)[season or 0 :]
            for each, part in zip(series, train, strict=True)
        ]
    )
    check_varies(spec, series, rows)
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            return Scaler.fit(recipe.scaler, rows, next(iter(recipe.evaluation.season), None))
    except ValueError as error:
        raise SeriesError(f"{series[0].source} can't be scaled: its values lie too far apart or too near") from error


def _fit_covariates(series: Sequence[Series], train: Sequence[range]) -> Covariates:
    """The covariates with the means and spreads of their numbers in the training rows."""
    fitted = []
    for index, covariate in enumerate(series[0].covariates.all):
        rows = np.concatenate(
            [each.codes[: part.stop, index] for each, part in zip(series, train, strict=True) if each.codes is not None]
        )
        spread = float(rows.std())
        scale = {} if covariate.categories else {"mean": float(rows.mean()), "scale": spread if spread > 0 else 1.0}
        fitted.append(covariate.model_copy(update=scale))
    return series[0].covariates.replaced(tuple(fitted))
