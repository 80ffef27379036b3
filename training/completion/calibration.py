"""Calibrating a model that was just fitted: its candidates for intervals, and the choice between them."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.inference.forecaster import Forecaster
from training.completion.conformal import MAX_ERRORS, Unseen, calibrate, calibrate_on
from training.completion.interval_choice import Candidate, Choice, choose_intervals
from training.data.dataset import Dataset
from training.data.held_out import HeldOut
from training.data.splits import calibration_rows
from training.evaluation.backtest import tested_horizon
from training.evaluation.origins import find_origins
from training.evaluation.rolling_forecasts import RollingForecasts, rolling_forecasts
from training.evaluation.step_scores import mase_scales
from training.export.exported import exported
from training.networks.build import members_of
from training.networks.fit import FittedNetwork
from training.recipes.recipe import Recipe


class _Judged(NamedTuple):
    """Forecasts to judge intervals on; `units` are those of several series, as in `interval_scores`."""

    forecasts: RollingForecasts | None = None
    units: NDArray[np.float64] | None = None


def calibrated(recipe: Recipe, dataset: Dataset, forecaster: Forecaster, fitted: FittedNetwork) -> Choice:
    """The intervals of a completed model: from calibration rows or, where these are better, from left-out rows as well.

    Raises DisagreementError and what `rolling_forecasts` raises.
    """
    candidates = tuple(_candidates(recipe, dataset, forecaster, fitted))
    return choose_intervals(candidates, *(_judged(recipe, dataset, forecaster) if len(candidates) > 1 else ()))


def _candidates(recipe: Recipe, dataset: Dataset, forecaster: Forecaster, fitted: FittedNetwork) -> Iterator[Candidate]:
    """What intervals can be made from, the usual way first."""
    horizon, rows, left_out = tested_horizon(recipe, forecaster.spec), dataset.calibrated_on, fitted.left_out
    intervals = calibrate(forecaster, dataset.calibration, horizon)
    if intervals is not None:
        few = recipe.fit.leave_out and not left_out
        note = "; there are too few training rows for members to leave some out" if few else ""
        yield Candidate("calibration rows", intervals, rows + note)
    if left_out:
        intervals = calibrate_on(_unseen(recipe, dataset, forecaster, fitted), horizon)
        count = sum(len(block.rows) for block in left_out)
        told = f"{count} training rows, each forecast by the network that left it out"
        if intervals is not None:
            yield Candidate("calibration and left-out rows", intervals, f"{rows}, and {told}" if rows else told)


def _unseen(recipe: Recipe, dataset: Dataset, forecaster: Forecaster, fitted: FittedNetwork) -> Sequence[Unseen]:
    """Each series' left-out rows, forecast by one member alone, and its calibration rows, in order of time."""
    alone = dataset.with_spec(dataset.spec.model_copy(update={"members": 1}))
    members = [
        exported(alone, member, f"{forecaster.title}, member {number} alone")[1]
        for number, member in enumerate(members_of(fitted.network), start=1)
    ]
    found = [(block.series, block.rows, members[block.member]) for block in fitted.left_out]
    found += [(series, rows, forecaster) for series, rows in enumerate(calibration_rows(recipe, dataset.parts))]
    found.sort(key=lambda each: (each[0], each[1].start))
    return [Unseen(HeldOut.of(dataset.series[series], rows), one) for series, rows, one in found]


def _judged(recipe: Recipe, dataset: Dataset, forecaster: Forecaster) -> _Judged:
    """A model's forecasts of validation rows. The blend and early stopping saw these, alike for all candidates."""
    horizon, targets = tested_horizon(recipe, forecaster.spec), forecaster.spec.target_columns
    held_out = [HeldOut.of(each, part.validation) for each, part in zip(dataset.series, dataset.parts, strict=True)]
    origins = find_origins(held_out, forecaster.spec.least_context, horizon).evenly_spaced(MAX_ERRORS)
    if not len(origins):
        return _Judged()
    units = mase_scales(held_out, next(iter(recipe.evaluation.season), 1), targets)[origins.series]
    forecasts = rolling_forecasts(forecaster, held_out, origins, horizon)
    return _Judged(forecasts, units if origins.series_count > 1 else None)
