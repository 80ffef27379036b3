"""What came of a row: how it was trained, and every error, share and score of it."""

from statistics import fmean
from typing import Any, NamedTuple, Self

from pydantic import FiniteFloat

from benchmarks.accuracy.measured_code import Code
from benchmarks.accuracy.rows import Row
from models.spec.metrics import StepScores
from models.spec.record import Count, Record


class Asked(NamedTuple):
    """How rows are measured: the minutes of each training, to how many last rows series are cut, and the code."""

    minutes: float
    cut: int | None
    code: Code


class Errors(Record):
    """Mean errors over the whole horizon, in raw units and as MASE."""

    mae: FiniteFloat
    mase: FiniteFloat | None

    @classmethod
    def of(cls, scores: StepScores) -> Self:
        """The means of the scores of each step."""
        return cls(mae=fmean(scores.mae), mase=None if scores.mase is None else fmean(scores.mase))


class Coverage(Record):
    """What intervals of a level held of the test part, in percent: the mean over steps, and the step farthest off."""

    mean: FiniteFloat
    farthest: FiniteFloat


class IntervalResult(Record):
    """Intervals beside those of a `reference` model from the same origins, and those that follow a window.

    By level: the mean interval scores, and what intervals held of the values after `adapted_origins`, in percent, those
    that follow and plain ones. `adapt_cost` is the time of a request with `adapt` by that of one without; medians.
    """

    reference: str
    score: dict[int, FiniteFloat]
    reference_score: dict[int, FiniteFloat]
    adapted_origins: Count
    adapted_coverage: dict[int, FiniteFloat]
    plain_coverage: dict[int, FiniteFloat]
    adapt_cost: FiniteFloat
    adapt_s: FiniteFloat
    plain_s: FiniteFloat


class UpdateResult(Record):
    """A model that was updated with `new_rows` rows, and both versions' errors on as many rows after these.

    `seconds` are those of the whole command. Where the update was not `published`, both versions are the same.
    """

    new_rows: Count
    seconds: FiniteFloat
    published: bool
    error: FiniteFloat
    error_before: FiniteFloat
    ratio: FiniteFloat


class RowResult(Record):
    """A row that was trained and tested.

    `plan` is the one that the search chose; None where there was no other. `classical` has errors of classical
    methods by their names, and those of `rollcast` from the same origins, which may be fewer; none where there was
    nothing to compare with.
    """

    values: dict[str, Any]
    minutes: FiniteFloat
    cut: Count | None
    version: str
    commit: str
    cores: Count
    measured_at: str
    seconds: FiniteFloat
    plan: str | None
    cut_by_clock: bool
    horizon: Count
    origins: Count
    series: Count
    model: Errors
    baselines: dict[str, Errors]
    classical: dict[str, Errors]
    coverage: dict[int, Coverage]
    intervals: IntervalResult | None
    update: UpdateResult | None = None
    warnings: tuple[str, ...]

    @property
    def name(self) -> str:
        """The row's name."""
        return str(self.values["name"])

    @property
    def measure(self) -> str:
        """What is compared: of several series MASE, in which each counts alike."""
        return "MAE" if self.series == 1 else "MASE"

    def error(self, errors: Errors) -> float | None:
        """The error that is compared."""
        return errors.mae if self.series == 1 else errors.mase

    def is_of(self, row: Row, asked: Asked) -> bool:
        """Whether it was measured as asked, so that measuring the row would give it again."""
        measured = Asked(self.minutes, self.cut, Code(self.version, self.commit))
        return (self.values, measured) == (dict(row.values), asked)
