"""Evaluating a model on held-out rows: its next values, its rollouts, its intervals, and warnings of what is poor."""

from collections.abc import Iterator
from typing import NamedTuple

from models.inference.forecaster import Forecaster
from models.intervals.conformal import Intervals
from models.spec.metrics import Backtest, Calibration, IntervalCandidate, Metrics, Spread
from models.text import counted
from training.data.dataset import Dataset
from training.data.held_out import histories
from training.evaluation.backtest import BacktestData, backtest, tested_horizon
from training.evaluation.baseline_warnings import baseline_warnings, length_warnings
from training.evaluation.interval_scores import NO_SCORES, IntervalScores, interval_scores
from training.evaluation.next_value import next_value_metrics
from training.evaluation.origins import find_origins, left_out
from training.evaluation.rolling_forecasts import RollingForecasts
from training.recipes.recipe import Recipe

MIN_LEVEL = 95  # in percent, up to which intervals should reach: fewer errors than it needs are warned of


class RolloutEvaluation(NamedTuple):
    """A backtest's scores and forecasts, how good the intervals of each level are, and warnings."""

    backtest: Backtest
    forecasts: RollingForecasts
    intervals: IntervalScores
    warnings: tuple[str, ...]


class Evaluation(NamedTuple):
    """Everything that held-out rows say of a model.

    `forecasts` are those of the backtest, `intervals` what calibration.npy holds; they are None where a part is missing
    or too short. `warnings` are sentences on what a user would not expect.
    """

    metrics: Metrics
    backtest: Backtest | None
    forecasts: RollingForecasts | None
    intervals: Intervals | None
    calibration: Calibration | None
    warnings: tuple[str, ...]

    def with_spread(self, spread: Spread | None) -> "Evaluation":
        """The same, with the spread of the test error over seeds."""
        return self._replace(metrics=self.metrics.model_copy(update={"spread": spread}))

    def with_calibration(self, calibrated_on: str, candidates: tuple[IntervalCandidate, ...]) -> "Evaluation":
        """The same, with the rows that intervals were calibrated on, and all candidates for them."""
        if self.calibration is None:
            return self
        told = {"calibrated_on": calibrated_on, "candidates": candidates}
        return self._replace(calibration=self.calibration.model_copy(update=told))


def evaluate_model(recipe: Recipe, dataset: Dataset, forecaster: Forecaster, intervals: Intervals | None) -> Evaluation:
    """Test a model and its calibrated intervals, once. Raises SeriesError."""
    # 1. Next values.
    season = next(iter(recipe.evaluation.season), None)
    metrics = next_value_metrics(forecaster, dataset.held_out, tested_on=dataset.tested_on, season=season)
    # 2. Rollouts, and what the intervals cover of them.
    names = tuple(each.id for each in dataset.series)
    data = BacktestData(histories(dataset.series, dataset.parts), dataset.held_out, dataset.tested_on, names)
    rollouts = evaluate_rollouts(recipe, forecaster, data, intervals)
    calibration = None
    if intervals is not None:
        calibration = Calibration(
            calibrated_on=dataset.calibrated_on,
            horizon=intervals.steps,
            count=intervals.count,
            tested_on=None if rollouts is None else dataset.tested_on,
            joint=intervals.joint_errors is not None,
            left_out=None
            if not dataset.calibration  # the intervals come from other series
            else left_out(
                names,
                dataset.calibration,
                find_origins(dataset.calibration, forecaster.spec.least_context, intervals.steps),
            ),
            **({} if rollouts is None else rollouts.intervals._asdict()),
        )
    return Evaluation(
        metrics=metrics,
        backtest=None if rollouts is None else rollouts.backtest,
        forecasts=None if rollouts is None else rollouts.forecasts,
        intervals=intervals,
        calibration=calibration,
        warnings=_warnings(recipe, dataset, rollouts, calibration),
    )


def evaluate_rollouts(
    recipe: Recipe, forecaster: Forecaster, data: BacktestData, intervals: Intervals | None
) -> RolloutEvaluation | None:
    """Backtest a model, and measure what its intervals cover; None where no part holds a whole horizon.

    Raises what `backtest` raises.
    """
    result = backtest(recipe, forecaster, data)
    if result is None:
        return None
    return RolloutEvaluation(
        result.scores,
        result.forecasts,
        NO_SCORES if intervals is None else interval_scores(intervals, result.forecasts, result.units),
        (
            *baseline_warnings(result.scores, result.baseline_descriptions),
            *length_warnings(result.scores.panel),
            *_untested(result.scores),
        ),
    )


def _untested(backtest: Backtest) -> Iterator[str]:
    """A warning of the series that have too few rows to test on."""
    if (missing := backtest.left_out) is not None:
        steps, tested = counted(backtest.horizon, "step"), f"{missing.others} of {missing.of} series"
        yield f"was tested over {steps} on {tested}: {missing.reason} to test on"


def _warnings(
    recipe: Recipe,
    dataset: Dataset,
    rollouts: RolloutEvaluation | None,
    calibration: Calibration | None,
) -> tuple[str, ...]:
    """Warnings of what is worse than a baseline, was not tested, or has no intervals or only low levels of them."""
    horizon = tested_horizon(recipe, dataset.spec)
    warnings: list[str] = []
    if rollouts is None:
        warnings.append(
            f"was never tested over {horizon} steps: no test part has room for a context and as many values"
        )
    else:
        warnings += rollouts.warnings
    expected = recipe.fit.leave_out or any(parts.calibration for parts in dataset.parts)
    return (*warnings, *interval_warnings(calibration, horizon, expected=expected))


def interval_warnings(calibration: Calibration | None, horizon: int, *, expected: bool) -> tuple[str, ...]:
    """Warnings of intervals that are missing where they were expected, have only low levels, or leave series out."""
    if calibration is None:
        told = f"has no intervals: no calibration part has room for a forecast of {horizon} steps"
        return (told,) if expected else ()
    warnings = []
    if calibration.highest_level < MIN_LEVEL:
        warnings.append(
            f"has intervals from only {calibration.count} errors at each step: up to a level of "
            f"{calibration.highest_level:g} percent"
        )
    if (missing := calibration.left_out) is not None:
        warnings.append(
            f"has intervals from errors of {missing.others} of {missing.of} series: {missing.reason} to calibrate on"
        )
    return tuple(warnings)
