"""Renewing the prediction intervals alone: a published model's errors on newer rows, its network as it was."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from models.inference.forecaster import Forecaster
from models.intervals.conformal import Intervals
from models.registry.loader import CALIBRATION
from models.registry.publisher import publish
from models.registry.registry import Registry
from models.spec.manifest import Manifest
from models.spec.metrics import Calibration
from training.completion.conformal import MAX_ERRORS, calibrate
from training.errors import SeriesError
from training.evaluation.evaluate import interval_warnings
from training.evaluation.interval_scores import NO_SCORES, IntervalScores, interval_scores
from training.evaluation.origins import find_origins, left_out
from training.evaluation.rolling_forecasts import rolling_forecasts
from training.evaluation.step_scores import mase_scales
from training.publication import card_of
from training.report.model_card import CARD
from training.updating.newer_rows import NewerRows

# At each step. Where newer rows bring fewer, so many of the errors of before are kept that there are as many, or
# levels that clients ask for would vanish.
ENOUGH_ERRORS = 200
MEASURED_SHARE = 0.25  # of the rows, the newest: what coverage is measured on
LEAST_MEASURED = 20  # forecasts: fewer say nothing of a level of 95 percent
OLD_PICTURES = ("plots/coverage.png", "plots/forecasts.png")  # which show the intervals of before


class RenewedIntervals(NamedTuple):
    """Intervals, and the record of what they rest on."""

    intervals: Intervals
    record: Calibration


def recalibrate(registry: Registry, newer: NewerRows, forecaster: Forecaster) -> Manifest:
    """Publish a model's next version with intervals from the new rows; its network stays as it is, bit for bit.

    Nothing is learned from the new rows, so that they stay new to the version that is published. Raises SeriesError
    where they hold no whole horizon, RefusedVersion where a file of the version is not as it was published, and what
    `publish` raises.
    """
    manifest = newer.manifest
    renewed = renew_intervals(newer, forecaster, newer.parts, forecaster.intervals)
    expected = manifest.data.calibration_rows > 0
    outdated = interval_warnings(manifest.calibration, newer.horizon, expected=expected)
    warnings = [warning for warning in manifest.warnings if warning not in outdated]
    description = manifest.description_with(
        calibration=renewed.record,
        warnings=(*warnings, *interval_warnings(renewed.record, newer.horizon, expected=True)),
    )
    kept = [name for name in manifest.files if name not in (CARD, CALIBRATION, *OLD_PICTURES)]
    files = {name: registry.read(manifest, name) for name in kept}
    pictures = {name: content for name, content in files.items() if name.endswith(".png")}
    return publish(
        registry,
        manifest.name,
        description,
        {**files, CALIBRATION: renewed.intervals.to_bytes()},
        numbered=card_of(manifest.name, description, pictures),
    )


def renew_intervals(
    newer: NewerRows, forecaster: Forecaster, parts: Sequence[range], before: Intervals | None, *, note: str = ""
) -> RenewedIntervals:
    """Intervals from a forecaster's errors on parts of the newer file, which its network has not learned from.

    What they cover is measured on the newest quarter of the rows, by intervals from the other ones alone; then all
    rows calibrate. Some of the errors of `before` are kept where there are few new ones. `note` is said of the rows.
    Raises SeriesError where no part holds a whole horizon.
    """
    horizon, title = newer.horizon, newer.manifest.title
    # 1. Measure on the newest rows.
    newest = [range(part.stop - int(MEASURED_SHARE * len(part)), part.stop) for part in parts]
    earlier = [range(part.start, later.start) for part, later in zip(parts, newest, strict=True)]
    tried = calibrate(forecaster, newer.held_out(earlier), horizon)
    measured = NO_SCORES if tried is None else _scores(newer, forecaster, _with_enough(tried, before), newest)
    # 2. Calibrate on all.
    found = calibrate(forecaster, newer.held_out(parts), horizon)
    if found is None:
        raise SeriesError(
            f"{newer.described(parts) if any(parts) else f'none of the rows of {newer.source}'} came after those that "
            f"{title} was trained on: intervals take a whole horizon of {horizon} new rows, and a context of "
            f"{newer.manifest.spec.least_context} before them; nothing was published"
        )
    intervals = _with_enough(found, before)
    kept = intervals.count - found.count
    old = f", and {kept} of the errors that {title} was calibrated on" if kept else ""
    held_out, names = newer.held_out(parts), [each.id for each in newer.series]
    origins = find_origins(held_out, newer.manifest.spec.least_context, horizon)
    measured_on = f"the newest {sum(map(len, newest))} of these rows, by intervals from the others"
    record = Calibration(
        calibrated_on=f"{newer.described(parts)}{note}{old}",
        horizon=horizon,
        count=intervals.count,
        tested_on=measured_on if measured.coverage else None,
        joint=intervals.joint_errors is not None,
        # Nobody knows of which series the errors of before are.
        left_out=None if kept else left_out(names, held_out, origins),
        **measured._asdict(),
    )
    return RenewedIntervals(intervals, record)


def _scores(newer: NewerRows, forecaster: Forecaster, intervals: Intervals, parts: Sequence[range]) -> IntervalScores:
    """How good intervals are on the parts; nothing where there are too few forecasts to tell."""
    held_out = newer.held_out(parts)
    origins = find_origins(held_out, newer.manifest.spec.least_context, newer.horizon).evenly_spaced(MAX_ERRORS)
    if len(origins) < LEAST_MEASURED:
        return NO_SCORES
    forecasts = rolling_forecasts(forecaster, held_out, origins, newer.horizon)
    season = next(iter(newer.recipe.evaluation.season), 1)
    units = mase_scales(held_out, season, forecaster.spec.target_columns)[origins.series]
    return interval_scores(intervals, forecasts, units if origins.series_count > 1 else None)


def _with_enough(found: Intervals, before: Intervals | None) -> Intervals:
    """Intervals with so many of the errors of before, evenly spaced, that there are enough at each step.

    They stay joint where both are, so that paths can still be drawn.
    """
    missing = ENOUGH_ERRORS - found.count
    if missing <= 0 or before is None or (before.steps, before.targets) != (found.steps, found.targets):
        return found
    kept = min(missing, before.count)
    chosen = ((np.arange(kept) + 0.5) * before.count / kept).astype(np.int64)
    if found.joint_errors is not None and before.joint_errors is not None:
        both = np.concatenate([found.joint_errors, before.joint_errors[..., chosen]], axis=-1)
        return Intervals(both, joint=True)
    return Intervals(np.concatenate([found.errors, before.errors[..., chosen]], axis=-1))
