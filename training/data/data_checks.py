"""Checks, before training, that series can be learned from."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.spec.model_spec import ModelSpec
from models.text import listed
from training.data.splits import Parts
from training.errors import SeriesError
from training.reading.series import Series
from training.recipes.recipe import Recipe


def check_rows(recipe: Recipe, spec: ModelSpec, series: Sequence[Series], parts: Sequence[Parts]) -> None:
    """Raise SeriesError where no series has enough rows to train on, or one has too few before its test rows."""
    needed = rows_to_learn_from(recipe, spec)
    longest = max(range(len(series)), key=lambda index: len(parts[index].train))
    rows, train_rows = len(series[longest].values), len(parts[longest].train)
    if train_rows < needed:
        longest_of = f", the longest of {len(series)}," if len(series) > 1 else ""
        raise SeriesError(
            f"{series[longest].name}{longest_of} has {rows} rows, {train_rows} of them to train on; "
            f"{_requirements(recipe)} need at least {needed}: bring more rows or choose a smaller "
            f"--{_sample_name(recipe)}"
        )
    short = [index for index, part in enumerate(parts) if part.test.start < spec.least_context]
    if short and len(series) > 1:
        first = short[0]
        others = f" (as do {len(short) - 1} more of {len(series)} series)" if len(short) > 1 else ""
        raise SeriesError(
            f"{series[first].name} has {parts[first].test.start} rows before its test rows{others}; "
            f"{_requirements(recipe)} need a context of {spec.least_context} to forecast from: leave short series out "
            "or choose a smaller --window"
        )


def rows_to_learn_from(recipe: Recipe, spec: ModelSpec) -> int:
    """How many rows a series must have to train on, to be learned from."""
    # Of several outputs the later ones may lie beyond the training rows.
    if spec.any_length:
        return spec.training_context + 1
    return spec.context_length + _sample_length(recipe) - spec.window + 1


def check_test_rows(series: Sequence[Series], parts: Sequence[Parts]) -> None:
    """Raise SeriesError where no row is left to test on."""
    if not any(part.test for part in parts):
        rows = sum(len(each.values) for each in series)
        raise SeriesError(
            f"none of {series[0].source}'s {rows} rows is left to test on: lower --train-share, --validation-share or "
            "--calibration-share"
        )


def check_context(spec: ModelSpec, series: Sequence[Series], parts: Sequence[Parts]) -> None:
    """Raise SeriesError where no row to test on has enough rows before it."""
    if not any(part.test and part.test.stop > spec.least_context for part in parts):
        raise SeriesError(
            f"no row of {series[0].source} to test on has {spec.least_context} rows before it, which a forecast needs: "
            "bring longer series"
        )


def check_varies(spec: ModelSpec, series: Sequence[Series], train: NDArray[np.float64]) -> None:
    """Raise SeriesError where a column of the training rows, shape (rows, features), is constant.

    Differences have been taken of the rows. Where each context has a scale of its own, columns may be constant.
    """
    constant = [name for name, column in zip(spec.features, train.T, strict=True) if column.min() == column.max()]
    if not constant or spec.scaler.kind == "context":
        return
    what = "never changes" if spec.difference is None else f"always changes by the same over {spec.difference} rows"
    raise SeriesError(
        f"{' and '.join(constant)} {what} in the {len(train)} training rows of {series[0].source}: "
        "there is nothing to learn; leave the column out or bring rows in which it varies"
    )


def check_finite(spec: ModelSpec, series: Series, values: NDArray[np.floating]) -> None:
    """Raise SeriesError where a value in the network's units is not finite.

    `values` has the series' shape (rows, features); with differences its first rows, which are NaN, are left out.
    """
    known = spec.difference or 0
    with np.errstate(over="ignore"):
        bad = np.argwhere(~np.isfinite(values[known:].astype(np.float32)))
    if bad.size:
        row, column = int(bad[0, 0]) + known, int(bad[0, 1])
        where = f' of "{series.id}"' if series.id else ""
        raise SeriesError(
            f'row {row + 1}{where} of column "{series.columns[column]}" is {series.values[row, column]:g}: '
            "too large for the network's 32-bit floats"
        )


def _sample_length(recipe: Recipe) -> int:
    """How many values a training sample has."""
    return recipe.windows.sequence_length if recipe.windows.rollout == "state" else recipe.windows.window


def _sample_name(recipe: Recipe) -> str:
    return "sequence" if recipe.windows.rollout == "state" else "window"


def _requirements(recipe: Recipe) -> str:
    """What in a recipe needs many rows, in words: a window of 24 and a lead of 1."""
    windows = recipe.windows
    needs = [f"a {_sample_name(recipe)} of {_sample_length(recipe)}", f"a lead of {windows.lead}"]
    if windows.lag:
        needs.append(f"a longest lag of {max(windows.lag)}")
    if windows.difference:
        needs.append(f"differences over {windows.difference} rows")
    return listed(needs)
