"""Finding a recipe: a few plans are tried briefly, and the one that forecasts validation rows best is kept."""

import time
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Self

import numpy as np
from rich.console import Console

from models.errors import InvalidWindow
from models.graphs.onnx_network import OnnxNetwork
from models.inference.forecaster import Forecaster
from models.seasonal.season_search import Season, find_seasons
from models.spec.manifest import PlanTrial
from models.text import counted, listed
from models.timeseries.missing_values import fill_forward
from training.data.dataset import Dataset, build_dataset
from training.data.held_out import HeldOut
from training.data.splits import split_rows
from training.errors import RecipeError, SeriesError
from training.evaluation.origins import find_origins
from training.evaluation.rolling_forecasts import rolling_forecasts
from training.evaluation.step_scores import mase_scales
from training.export.from_keras import to_onnx
from training.fine_tuning.start import Start
from training.networks.fine_tune import fine_tune
from training.networks.fit import fit
from training.networks.progress import say
from training.reading.series import Series
from training.recipes.recipe import Recipe
from training.search.budget import FIT_SHARE, TRIAL_SHARE, USUAL_MINUTES, Size, schedule
from training.search.plans import Plan, plans_for
from training.search.pretrained import pretrained_plan, pretrained_schedule
from training.search.situation import Situation
from training.search.split import choose_split

MAX_ORIGINS = 200  # of a trial's forecasts
VALIDATION_SAMPLES = 512
MAX_USUAL_HORIZON, USUAL_HORIZON = 60, 12


class Found(NamedTuple):
    """The recipe that was found, and what came of each plan that was tried."""

    recipe: Recipe
    trials: tuple[PlanTrial, ...]


class _Candidate(NamedTuple):
    """A plan with its recipe, and what the recipe makes of the series."""

    plan: Plan
    recipe: Recipe
    dataset: Dataset
    start: Start | None = None

    @classmethod
    def of(cls, plan: Plan, base: Mapping[str, Any], series: Sequence[Series], start: Start | None = None) -> Self:
        """A plan made ready to be tried. Raises RecipeError where its values don't go together."""
        recipe = Recipe().with_values({**base, **plan.values})
        return cls(plan, recipe, build_dataset(recipe, series), start)

    @property
    def size(self) -> Size:
        windows = self.dataset.train.windows
        return Size(self.recipe.fit.batch_size, windows.shape[1], windows.shape[2], max(self.recipe.network.units))


def find_recipe(
    values: Mapping[str, Any],
    series: Sequence[Series],
    minutes: float,
    console: Console | None,
    start: Start | None = None,
) -> Found | None:
    """The recipe for some series; `values` are set by the user and hold in every plan.

    The minutes decide how long networks are trained; 0 stands for the usual ones. One plan is to go on from `start`,
    and no other where the user asks for it. None where no plan goes with the user's values. Raises SeriesError where
    there are too few rows, RecipeError where the user's values don't go with the start that they ask for.
    """
    # 1. What is known before anything is trained.
    rows = [len(each.values) for each in series]
    seasons = _seasons(values, series)
    horizon = int(values.get("horizon") or _usual_horizon(seasons, min(rows)))
    split = {} if _splits(values) else choose_split(rows, horizon)
    base = {**split, "validation_samples": VALIDATION_SAMPLES, "batch_size": 32}
    parts = split_rows(Recipe().with_values({**split, **values}), series)
    situation = Situation.of(series, parts, seasons, horizon)
    # 2. The plans that go with the user's values, and what they make of the series.
    if start is not None and "start_from" in values:
        candidates = [_Candidate.of(pretrained_plan(start, situation, values), base, series, start)]
    else:
        plans = plans_for(situation, values)
        candidates = [each for plan in plans if (each := _candidate(plan, base, values, series)) is not None]
        if candidates and start is not None:
            candidates += _pretrained(start, situation, base, values, series)
    if not candidates:
        return None
    # 3. Try each briefly, if there are several; train the best.
    planned = 60 * (minutes or USUAL_MINUTES)
    seconds = FIT_SHARE * planned
    for text in _told(series, seasons, horizon):
        say(console, text)
    trials = []
    if len(candidates) > 1:
        share = TRIAL_SHARE * seconds
        for number, candidate in enumerate(candidates, start=1):
            left = (planned - (number - 1) * share) / 60
            title = f"trying plan {number} of {len(candidates)}, {candidate.plan.name}"
            say(console, f"{title}: {candidate.plan.description}; about {left:.2g} min left")
            trials.append(_tried(candidate, values, share, title, console))
            say(console, f"{candidate.plan.name}: error {trials[-1].told_error} on validation rows")
        seconds -= share * len(candidates)
    errors = [np.inf if trial.error is None else trial.error for trial in trials]
    best = int(np.argmin(errors)) if trials else 0
    chosen = candidates[best]
    left = (seconds + (1 - FIT_SHARE) * planned) / 60
    say(console, f"training {chosen.plan.name} in full; about {left:.2g} min left")
    recipe = _scheduled(chosen, values, seconds, trial=False)
    return Found(recipe, tuple(each.model_copy(update={"chosen": each is trials[best]}) for each in trials))


def _told(series: Sequence[Series], seasons: Sequence[Season], horizon: int) -> list[str]:
    """What was made of the series before anything is trained, in words."""
    gaps = series[0].row_seasons
    found = listed([f"{season.rows} rows (strength {season.strength:.2f})" for season in seasons])
    return [
        *([] if gaps is None else [gaps.description]),
        f"seasons: {found}" if seasons else "no season was found",
        f"horizon: {counted(horizon, 'step')}",
    ]


def _seasons(values: Mapping[str, Any], series: Sequence[Series]) -> tuple[Season, ...]:
    """The user's seasons, or those that the rows show that are surely not tested on."""
    if values.get("season"):
        return tuple(Season(rows, 1.0) for rows in sorted(values["season"]))
    column = series[0].columns.index(next(iter(values.get("target") or series[0].columns)))
    known = [fill_forward(each.values[: max(1, int(0.7 * len(each.values)))])[:, column] for each in series]
    in_rows = series[0].row_seasons
    return find_seasons(known, series[0].frequency, () if in_rows is None else in_rows.seasons)


def _usual_horizon(seasons: Sequence[Season], rows: int) -> int:
    """The shortest season, if it is not long, else a dozen; at most a tenth of the rows."""
    usual = seasons[0].rows if seasons and seasons[0].rows <= MAX_USUAL_HORIZON else USUAL_HORIZON
    return max(1, min(usual, rows // 10))


def _splits(values: Mapping[str, Any]) -> bool:
    """Whether the user's values say how rows are split."""
    return any(name in values for name in ("train_share", "validation_share", "calibration_share", "test_rows"))


def _candidate(
    plan: Plan, base: Mapping[str, Any], values: Mapping[str, Any], series: Sequence[Series]
) -> _Candidate | None:
    """A plan made ready to be tried; None where it does not go with the user's values."""
    try:
        candidate = _Candidate.of(plan, base, series)
    except RecipeError:
        return None
    recipe, samples = candidate.recipe, len(candidate.dataset.train.windows)
    if recipe.windows.rollout == "window" and "batch_size" not in values:
        recipe = recipe.with_values({"batch_size": 32 if samples < 2_000 else 128 if samples < 50_000 else 256})
    return candidate._replace(recipe=recipe)


def _pretrained(
    start: Start, of: Situation, base: Mapping[str, Any], values: Mapping[str, Any], series: Sequence[Series]
) -> list[_Candidate]:
    """The plan of a start made ready to be tried, where it goes with the user's values and the rows."""
    try:
        return [_Candidate.of(pretrained_plan(start, of, values), base, series, start)]
    except (RecipeError, SeriesError):
        return []


def _scheduled(candidate: _Candidate, values: Mapping[str, Any], seconds: float, *, trial: bool) -> Recipe:
    """A candidate's recipe with as long a training as fits into some seconds of the budget's table.

    In trials, which have one member, no rows are left out.
    """
    recipe = candidate.recipe
    samples = len(candidate.dataset.train.windows)
    if candidate.start is not None:
        planned = pretrained_schedule(seconds, samples, recipe.network.members, trial=trial)
    else:
        feedback = recipe.windows.feedback > 0
        planned = schedule(candidate.size, seconds, samples, feedback=feedback, trial=trial).values()
    chosen = {name: values.get(name, value) for name, value in planned.items()}
    return recipe.with_values({**chosen, "leave_out": False} if trial else chosen)


def _tried(
    candidate: _Candidate, values: Mapping[str, Any], seconds: float, title: str, console: Console | None
) -> PlanTrial:
    """Train a plan briefly, and see how well it forecasts the validation rows."""
    started = time.perf_counter()
    recipe, dataset = _scheduled(candidate, values, seconds, trial=True), candidate.dataset
    if candidate.start is None:
        fitted = fit(recipe, dataset, title=title, console=console)
    else:
        fitted = fine_tune(recipe, dataset, candidate.start.network(recipe), title=title, console=console)
    forecaster = Forecaster(dataset.spec, OnnxNetwork(to_onnx(dataset.spec, fitted.network)))
    return PlanTrial(
        name=candidate.plan.name,
        description=candidate.plan.description,
        error=validation_error(forecaster, dataset, recipe.horizon),
        duration_s=round(time.perf_counter() - started, 1),
    )


def validation_error(forecaster: Forecaster, dataset: Dataset, horizon: int) -> float | None:
    """The mean absolute error of forecasts of validation rows, each series in units of its mean change from row to row.

    None where no validation part holds a horizon after a context, or a forecast is not finite.
    """
    spec = forecaster.spec
    held_out = [HeldOut.of(each, part.validation) for each, part in zip(dataset.series, dataset.parts, strict=True)]
    origins = find_origins(held_out, spec.least_context, horizon).evenly_spaced(MAX_ORIGINS)
    if not len(origins):
        return None
    try:
        errors = np.abs(rolling_forecasts(forecaster, held_out, origins, horizon).errors)
    except InvalidWindow:
        return None
    scales = mase_scales(held_out, 1, spec.target_columns)[origins.series][:, None]
    return float(np.nanmean(errors / np.where(scales > 0, scales, 1)))
