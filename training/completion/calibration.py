"""Calibrating a model that was just fitted: its candidates for intervals, and the choice between them."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.inference.forecaster import Forecaster
from models.spec.model_spec import IntervalScale, ModelSpec
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

_WAYS: Mapping[IntervalScale, str] = {"scale": "", "window": ", by the window", "quantiles": ", by quantiles"}


class _Judged(NamedTuple):
    """Forecasts to judge intervals on, with each scale; `units` are as in `interval_scores`, of several series."""

    forecasts: Mapping[IntervalScale, RollingForecasts] = MappingProxyType({})
    units: NDArray[np.float64] | None = None


def calibrated(recipe: Recipe, dataset: Dataset, forecaster: Forecaster, fitted: FittedNetwork) -> Choice:
    """The intervals of a completed model, chosen among those that can be made.

    Their errors come from calibration rows, or from left-out rows as well; they are in units of what values are scaled
    by, of each window's standard deviation where the recipe asks, or of the network's quantiles where it gives these.
    Raises DisagreementError and what `rolling_forecasts` raises.
    """
    scales = _scales(recipe, forecaster.spec)
    by_scale = {scale: _scaled_by(scale, forecaster) for scale in scales}
    members = _members(dataset, fitted, forecaster.title) if fitted.left_out else []
    candidates: list[Candidate] = []
    for scale, one in by_scale.items():
        candidates += _candidates(recipe, dataset, one, fitted, [_scaled_by(scale, member) for member in members])
    return choose_intervals(candidates, *(_judged(recipe, dataset, by_scale) if len(candidates) > 1 else ()))


def _scales(recipe: Recipe, spec: ModelSpec) -> list[IntervalScale]:
    """The units that there can be, the usual one first. What is scaled by its context has its window's already."""
    scales: list[IntervalScale] = ["scale"]
    if recipe.evaluation.window_intervals and spec.scaler.kind != "context" and spec.interval_season is None:
        scales.append("window")
    return scales if spec.quantiles is None else [*scales, "quantiles"]


def _scaled_by(scale: IntervalScale, forecaster: Forecaster) -> Forecaster:
    """The same forecaster with errors in these units."""
    spec = forecaster.spec.model_copy(update={"interval_scale": scale})
    return Forecaster(spec, forecaster.network, forecaster.title)


def _members(dataset: Dataset, fitted: FittedNetwork, title: str) -> list[Forecaster]:
    """Each member of an ensemble as a model of its own."""
    alone = dataset.with_spec(dataset.spec.model_copy(update={"members": 1}))
    return [
        exported(alone, member, f"{title}, member {number} alone")[1]
        for number, member in enumerate(members_of(fitted.network), start=1)
    ]


def _candidates(
    recipe: Recipe, dataset: Dataset, forecaster: Forecaster, fitted: FittedNetwork, members: Sequence[Forecaster]
) -> Iterator[Candidate]:
    """What intervals can be made from, the usual way first."""
    horizon, rows, scale = (
        tested_horizon(recipe, forecaster.spec),
        dataset.calibrated_on,
        forecaster.spec.interval_scale,
    )
    way = _WAYS[scale]
    intervals = calibrate(forecaster, dataset.calibration, horizon)
    if intervals is not None:
        few = recipe.fit.leave_out and not fitted.left_out
        note = "; there are too few training rows for members to leave some out" if few else ""
        yield Candidate("calibration rows" + way, intervals, rows + note, scale)
    if fitted.left_out:
        intervals = calibrate_on(_unseen(recipe, dataset, forecaster, fitted, members), horizon)
        count = sum(len(block.rows) for block in fitted.left_out)
        told = f"{count} training rows, each forecast by the network that left it out"
        if intervals is not None:
            on = f"{rows}, and {told}" if rows else told
            yield Candidate("calibration and left-out rows" + way, intervals, on, scale)


def _unseen(
    recipe: Recipe, dataset: Dataset, forecaster: Forecaster, fitted: FittedNetwork, members: Sequence[Forecaster]
) -> Sequence[Unseen]:
    """Each series' left-out rows, forecast by one member alone, and its calibration rows, in order of time."""
    found = [(block.series, block.rows, members[block.member]) for block in fitted.left_out]
    found += [(series, rows, forecaster) for series, rows in enumerate(calibration_rows(recipe, dataset.parts))]
    found.sort(key=lambda each: (each[0], each[1].start))
    return [Unseen(HeldOut.of(dataset.series[series], rows), one) for series, rows, one in found]


def _judged(recipe: Recipe, dataset: Dataset, forecasters: Mapping[IntervalScale, Forecaster]) -> _Judged:
    """A model's forecasts of validation rows. The blend and early stopping saw these, alike for all candidates."""
    spec = forecasters["scale"].spec
    horizon = tested_horizon(recipe, spec)
    held_out = [HeldOut.of(each, part.validation) for each, part in zip(dataset.series, dataset.parts, strict=True)]
    origins = find_origins(held_out, spec.least_context, horizon).evenly_spaced(MAX_ERRORS)
    if not len(origins):
        return _Judged()
    units = mase_scales(held_out, next(iter(recipe.evaluation.season), 1), spec.target_columns)[origins.series]
    forecasts = {scale: rolling_forecasts(each, held_out, origins, horizon) for scale, each in forecasters.items()}
    return _Judged(forecasts, units if origins.series_count > 1 else None)
