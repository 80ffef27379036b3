"""How good a model is: its errors on held-out rows beside the baselines', and what its intervals rest on."""

import math
from typing import Self

from pydantic import Field, FiniteFloat, model_validator

from models.spec.comparison import Comparison
from models.spec.panel_scores import LeftOut, PanelScores
from models.spec.record import Count, Record

StepValues = tuple[FiniteFloat, ...]  # one number for each step of a horizon


class Scores(Record):
    """Errors of next-value forecasts over `count` held-out values, in raw units (`mse` in their square)."""

    mae: FiniteFloat
    mse: FiniteFloat
    rmse: FiniteFloat
    count: Count


class Spread(Record):
    """The test mean squared error of the same recipe under several seeds."""

    seeds: tuple[int, ...]
    mse: tuple[FiniteFloat, ...]


class Metrics(Record):
    """How good the next-value forecasts are on data that training never saw, against naive ones."""

    tested_on: str
    model: Scores
    last_value: Scores
    seasonal_naive: Scores | None = None
    season: Count | None = None
    spread: Spread | None = None


class StepScores(Record):
    """Errors of rolled-out forecasts at each step from 1 up, means over origins, series and targets.

    `mae` and `rmse` are in raw units. `mase` is the absolute error in units of the mean absolute change over one
    season before the held-out rows (Hyndman and Koehler 2006, doi:10.1016/j.ijforecast.2006.03.001); series that
    never changed are left out of it, and it is null where none is left. `smape` is in percent, from 0 to 200
    (Makridakis 1993).
    """

    mae: StepValues
    rmse: StepValues
    mase: StepValues | None
    smape: StepValues


class SideBySide(Record):
    """A model's errors at each step of a horizon beside those of baselines from the same origins."""

    horizon: Count
    origins: Count
    model: StepScores
    baselines: dict[str, StepScores]

    @model_validator(mode="after")
    def _check(self) -> Self:
        for scores in (self.model, *self.baselines.values()):
            lengths = {len(each) for each in (scores.mae, scores.rmse, scores.mase, scores.smape) if each is not None}
            if lengths != {self.horizon}:
                raise ValueError(f"every score of a backtest must be of {self.horizon} steps, its horizon")
        return self

    def skill(self) -> dict[str, tuple[float, ...]]:
        """For each baseline, the share of its mean absolute error at each step that the model does away with.

        A baseline without error leaves nothing to do away with: the model's skill is then 0 where it has none
        either, and -1 where it has.
        """
        return {
            name: tuple(
                1 - mine / its if its else float(mine == its) - 1
                for mine, its in zip(self.model.mae, scores.mae, strict=True)
            )
            for name, scores in self.baselines.items()
        }


class ClassicalScores(SideBySide):
    """A model beside classical methods of a `library`, from some of a backtest's origins.

    Each method was fitted anew at each origin, to the newest `rows` rows before it at most. `notes` says of each how it
    was fitted, or why it has no scores.
    """

    library: str
    rows: Count
    notes: dict[str, str]


class Backtest(SideBySide):
    """A rolling-origin backtest: rolled-out forecasts on held-out rows beside the baselines' from the same origins.

    `panel` has the errors of each of several series, `left_out` those that have too few rows to test on.
    """

    tested_on: str
    stride: Count
    series: Count = 1
    season: Count
    comparisons: dict[str, Comparison] = Field(default_factory=dict)
    classical: ClassicalScores | None = None
    panel: PanelScores | None = None
    left_out: LeftOut | None = None


def highest_level(count: int) -> float:
    """The highest level of intervals that `count` calibration errors are enough for, in percent, cut to hundredths."""
    return math.floor(10_000 * count / (count + 1)) / 100


class IntervalCandidate(Record):
    """One of the ways to make intervals that were considered, and its `count` errors at each step.

    `score` is the mean interval score on validation rows, over levels and steps and in units of the first candidate's:
    lower is better. It is null where that could not be told.
    """

    name: str
    count: Count
    score: FiniteFloat | None = None
    chosen: bool = False


class Calibration(Record):
    """What the prediction intervals rest on: `count` errors at each step, and how good they were on test rows.

    `coverage` maps a level in percent to the share of test values within its interval at each step, `interval_score` to
    the mean interval score there: the width, and 2 / (1 - level / 100) times as much as values lay beyond it (Gneiting
    and Raftery 2007, doi:10.1198/016214506000001437). `pinball` is the mean pinball loss over the bounds of all these
    levels and the forecast itself, as the median. Both are in raw units, of several series in those of MASE, and lower
    is better. Intervals are marginal: they say nothing of several steps at once. `joint` tells that whole paths can be
    drawn. Where intervals could be made in several ways, `candidates` has them all. `left_out` are the series that have
    too few rows to calibrate on.
    """

    calibrated_on: str
    horizon: Count
    count: Count
    tested_on: str | None = None
    coverage: dict[str, StepValues] = Field(default_factory=dict)
    interval_score: dict[str, StepValues] = Field(default_factory=dict)
    pinball: StepValues | None = None
    joint: bool = False
    candidates: tuple[IntervalCandidate, ...] = ()
    left_out: LeftOut | None = None

    @property
    def highest_level(self) -> float:
        """The highest level that can be asked for, in percent."""
        return highest_level(self.count)

    @model_validator(mode="after")
    def _check(self) -> Self:
        known = [*self.coverage.values(), *self.interval_score.values()]
        # Intervals of a model for any series reach further than the rows that it was tested on.
        lengths = {len(steps) for steps in known}
        if len(lengths) > 1 or max(lengths, default=0) > self.horizon:
            raise ValueError(f"the coverage and score of every level must be of the same steps, {self.horizon} at most")
        return self
