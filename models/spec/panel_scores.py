"""How good a model is on each of several series: which ones it forecasts worst, and how its error goes with length."""

from typing import Annotated, Self

from pydantic import Field, FiniteFloat

from models.spec.comparison import CHANCE, WORSE_RATIO, Comparison
from models.spec.record import Count, Record
from models.text import MAX_NAMES, counted, listed, printable

MAX_NAME = 40  # characters of a series' name where it is told


class LeftOut(Record):
    """Which of several series have too few rows for something: how many of how many, and the first of their names."""

    count: Count
    of: Count
    names: Annotated[tuple[str, ...], Field(min_length=1, max_length=MAX_NAMES)]

    @classmethod
    def named(cls, names: tuple[str, ...], of: int) -> Self | None:
        """The record of those with these names; None where there is none."""
        return cls(count=len(names), of=of, names=names[:MAX_NAMES]) if names else None

    @property
    def others(self) -> int:
        """How many are not left out."""
        return self.of - self.count

    @property
    def told(self) -> str:
        """Their names in words: a, b and 3 others."""
        more = self.count - len(self.names)
        others = [counted(more, "other")] if more else []
        return listed([*(printable(name, MAX_NAME) for name in self.names), *others])

    @property
    def reason(self) -> str:
        """That these have too few rows, in words that the purpose of the rows goes on."""
        return f"{self.told} {'has' if self.count == 1 else 'have'} too few rows"


class SeriesScore(Record):
    """The error of one of several series over the whole horizon, and a baseline's from the same origins.

    Errors are in units of the series' mean absolute change over one season before the held-out rows, as in MASE.
    """

    series: str
    rows: Count
    origins: Count
    mase: FiniteFloat
    baseline_mase: FiniteFloat


class LengthScore(Record):
    """The mean errors of the series that have from `shortest` to `longest` rows, each series counting alike.

    `comparison` is that of this group alone.
    """

    series: Count
    shortest: Count
    longest: Count
    mase: FiniteFloat
    baseline_mase: FiniteFloat
    comparison: Comparison

    @property
    def rows(self) -> str:
        """The numbers of rows in words."""
        return (
            f"{self.shortest:,} to {self.longest:,} rows" if self.longest > self.shortest else f"{self.longest:,} rows"
        )

    @property
    def is_worse(self) -> bool:
        """Whether the baseline's error is lower by more than 2 percent, which may be chance."""
        return self.comparison.error_ratio > WORSE_RATIO


class PanelScores(Record):
    """Which of several series a model forecasts worst, and how its error goes with their length.

    All stand beside `baseline`, a name among the backtest's. `worst` has the series with the highest errors, the
    highest first; `by_length` all series in a few groups, the shortest first, and nothing where the series are too few
    or of one length. Series that never changed over a season have no MASE: they are in neither, but in `without_mase`.
    """

    baseline: str
    worst: tuple[SeriesScore, ...] = ()
    by_length: tuple[LengthScore, ...] = ()
    without_mase: LeftOut | None = None

    def lost_lengths(self) -> tuple[LengthScore, ...]:
        """The groups whose baseline is better by more than noise.

        As many tests as there are groups are made at once, so that each one's p-value must be lower by as much
        (Bonferroni).
        """
        most = CHANCE / max(1, len(self.by_length))
        tested = [(each, each.comparison.p_value) for each in self.by_length if each.is_worse]
        return tuple(each for each, p_value in tested if p_value is not None and p_value < most)
