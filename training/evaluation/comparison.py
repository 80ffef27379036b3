"""Comparing two forecasts from the same origins over the whole horizon: their errors, and whether it is chance."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.inference.forecaster import Forecaster
from models.spec.comparison import Comparison
from training.data.held_out import HeldOut
from training.errors import SeriesError
from training.evaluation.diebold_mariano import diebold_mariano
from training.evaluation.origins import spaced_origins
from training.evaluation.rolling_forecasts import RollingForecasts, rolling_forecasts
from training.evaluation.step_scores import known_mean, mase_scales

Array = NDArray[np.float64]

MAX_RATIO = 1_000  # of the errors of a model and of one that hardly errs


class Contender(NamedTuple):
    """A model, and the rows that it is tested on, with its own codes of their covariates."""

    forecaster: Forecaster
    held_out: tuple[HeldOut, ...]


class VersionComparison(NamedTuple):
    """Two models' errors over the whole horizon, from the same origins.

    Errors are mean absolute ones or, of several series, of MASE, in which each counts alike. `comparison` has the
    first one's in units of the second one's.
    """

    horizon: int
    origins: int
    stride: int
    series: int
    error: float
    other_error: float
    comparison: Comparison

    @property
    def measure(self) -> Literal["MAE", "MASE"]:
        """What the errors are."""
        return "MASE" if self.series > 1 else "MAE"

    def verdict(self, title: str, other: str) -> str:
        """Which of the two models of these titles is better, in a sentence."""
        ratio, p_value = self.comparison.error_ratio, self.comparison.p_value
        if p_value is None or p_value >= 0.05 or ratio == 1:
            return f"{title} and {other} can't be told apart"
        better, by = (title, 1 - ratio) if ratio < 1 else (other, 1 - 1 / ratio)
        return f"{better} is better: its error is {100 * by:.3g} % lower, by more than chance"


def compare(
    first: Contender, second: Contender, horizon: int, seasons: Sequence[int], stride: int | None = None
) -> VersionComparison | None:
    """Compare two models of the same targets on the same rows; None where no part holds a whole horizon.

    An origin has the longer context of the two before it. The first of the `seasons` scales MASE. Raises SeriesError
    where none of several series has a scale, and what `rolling_forecasts` raises.
    """
    spec = first.forecaster.spec
    context = max(spec.least_context, second.forecaster.spec.least_context)
    origins, stride = spaced_origins(first.held_out, context, horizon, seasons, stride)
    if not len(origins):
        return None
    made, others = (rolling_forecasts(*each, origins, horizon) for each in (first, second))
    scales = mase_scales(first.held_out, seasons[0] if seasons else 1, spec.target_columns)
    pair = losses(made.predictions, made, scales), losses(others.predictions, made, scales)
    errors = mean_losses(*pair, origins.series)
    if errors is None:
        raise SeriesError("no series ever changes before its held-out rows, so that their errors have no common unit")
    return VersionComparison(
        horizon,
        len(origins),
        stride,
        origins.series_count,
        *errors,
        compared(*pair, origins.series, (horizon - 1) // stride),
    )


def losses(predictions: Array, forecasts: RollingForecasts, scales: Array) -> Array:
    """The mean absolute error of each origin's forecast, shape (origins).

    Of several series each is in its own scale, and NaN where it has none.
    """
    errors = np.abs(predictions - forecasts.actuals)
    if forecasts.origins.series_count > 1:
        known = np.where(scales > 0, scales, np.nan)[forecasts.origins.series]
        errors = errors / known[:, None]
    return np.where(np.isnan(errors).all(axis=(1, 2)), np.nan, known_mean(errors, (1, 2)))


def mean_losses(first: Array, second: Array, series: NDArray[np.integer]) -> tuple[float, float] | None:
    """The means of two forecasts' losses, shape (origins), each series counting alike; None where none is known."""
    indexes = known_by_series(first, second, series)
    if not indexes:
        return None
    mine, its = (float(np.mean([each[rows].mean() for rows in indexes])) for each in (first, second))
    return mine, its


def compared(first: Array, second: Array, series: NDArray[np.integer], overlap: int) -> Comparison:
    """The comparison of the losses of two forecasts, shape (origins), each series counting alike.

    A forecast shares steps with `overlap` later ones of its series.
    """
    errors = mean_losses(first, second, series)
    if errors is None:
        return Comparison(error_ratio=1.0)
    mine, its = errors
    differences = [first[rows] - second[rows] for rows in known_by_series(first, second, series)]
    return Comparison(
        error_ratio=1.0 if mine == its else min(mine / its, MAX_RATIO) if its else MAX_RATIO,
        p_value=diebold_mariano(differences, overlap),
    )


def known_by_series(first: Array, second: Array, series: NDArray[np.integer]) -> list[NDArray[np.integer]]:
    """The indexes of each series' origins at which both losses, shape (origins), are known: of each that has any."""
    known = np.isfinite(first) & np.isfinite(second)
    return [np.flatnonzero(known & (series == number)) for number in np.unique(series[known])]
