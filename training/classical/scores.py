"""A model beside classical methods: from some of a backtest's origins, with the same scores.

They are there to compare with. They warn of nothing, and no model takes a share of them.
"""

from collections.abc import Sequence
from importlib import metadata
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from models.spec.metrics import ClassicalScores, StepScores
from models.text import counted, printable
from training.classical.methods import Method, classical_methods
from training.data.held_out import HeldOut, without_gaps
from training.errors import SeriesError
from training.evaluation.backtest import MAX_FORECAST
from training.evaluation.origins import Origins
from training.evaluation.rolling_forecasts import RollingForecasts
from training.evaluation.step_scores import mase_scales, step_scores
from training.networks.progress import say

Array = NDArray[np.float64]

# Fitting takes a second or more on so many rows.
MAX_FITS = 50  # of each method
MAX_ROWS = 2_000  # that it is fitted to, the newest ones


class _History(NamedTuple):
    """The rows before an origin, without gaps, shape (rows, targets), and where that is in words."""

    rows: Array
    where: str


def classical_scores(
    forecasts: RollingForecasts,
    held_out: Sequence[HeldOut],
    columns: Sequence[int],
    seasons: Sequence[int],
    console: Console | None = None,
) -> ClassicalScores:
    """Fit each method to the rows before about 50 of a backtest's origins, and score it beside the model's forecasts.

    `columns` are those of the targets in the rows held out, and `seasons` the recipe's; those count that the rows
    before each origin hold twice. A method that fails at one origin is left out, and its note tells why. Raises
    MissingExtra.
    """
    # 1. The same origins for all, evenly spaced.
    forecasts = forecasts.evenly_spaced(max(1, MAX_FITS // len(columns)))
    origins, (_, horizon, _) = forecasts.origins, forecasts.actuals.shape
    histories = _histories(held_out, origins, columns)
    lengths = [len(each.rows) for each in histories]
    methods = classical_methods([season for season in seasons if 2 * season <= min(lengths)])

    # 2. The forecasts and their scores.
    scales = mase_scales(held_out, seasons[0] if seasons else 1, columns)

    def scores_of(predictions: Array) -> StepScores:
        return step_scores(predictions, forecasts.actuals, origins.series, scales)

    found, notes = {}, {}
    for method in methods:
        say(console, f"fitting {method.name} from {counted(len(origins), 'origin')}")
        try:
            found[method.name] = scores_of(_forecasts(method, histories, horizon))
            notes[method.name] = method.note
        except SeriesError as error:
            notes[method.name] = f"left out, as {error}"
    # 3. The record.
    return ClassicalScores(
        horizon=horizon,
        origins=len(origins),
        model=scores_of(forecasts.predictions),
        baselines=found,
        library=f"statsforecast {metadata.version('statsforecast')}",
        rows=max(lengths),
        notes=notes,
    )


def _histories(held_out: Sequence[HeldOut], origins: Origins, columns: Sequence[int]) -> list[_History]:
    """The newest rows before each origin."""
    whole, histories = without_gaps(held_out), []
    for number, row in zip(origins.series.tolist(), origins.rows.tolist(), strict=True):
        series = whole[number]
        where = f"row {row + 1}" + (f" of series {printable(series.id)}" if series.id else "")
        histories.append(_History(series.values[max(0, row - MAX_ROWS) : row, list(columns)], where))
    return histories


def _forecasts(method: Method, histories: Sequence[_History], horizon: int) -> Array:
    """A method's forecasts, shape (origins, horizon, targets). Raises SeriesError where one of them fails."""
    return np.stack(
        [
            np.stack([_forecast(method, values, horizon, where) for values in rows.T], axis=1)
            for rows, where in histories
        ]
    )


def _forecast(method: Method, values: Array, horizon: int, where: str) -> Array:
    try:
        forecast = method.forecast(values, horizon)
    except Exception as error:
        told = printable(f"{type(error).__name__}: {error}")
        raise SeriesError(f"it failed at {where}: {told}") from error
    if not (np.abs(forecast) < MAX_FORECAST).all():
        raise SeriesError(f"its forecast at {where} is not of finite numbers")
    return forecast
