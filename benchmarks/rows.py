"""Rows of the table, and measuring them: in rounds, until the noise leaves no bar open."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from benchmarks.results import Measurement, Sense
from benchmarks.timing import Figures, Judged, Plan, Statistic, alternate, ratio, spread


@dataclass(frozen=True)
class Row:
    """A row before it is measured: what it says, and how its figure follows from those of the works."""

    what: str
    against: str
    statistic: Statistic
    sense: Sense = ""
    bar: float | None = None
    unit: str = "x"


def by(above: str, below: str) -> Statistic:
    """The figure of a row that divides one work by another."""
    return partial(ratio, above=above, below=below)


def measure_rows(
    plan: Plan,
    works: Mapping[str, Callable[[], float]],
    rows: Sequence[Row],
    seen: Callable[[Figures], Mapping[str, Any]],
) -> list[Measurement]:
    """Do the works alternately and work out the rows; `seen` gives what stands beside them for people to read."""
    judged = [Judged(row.statistic, row.bar) for row in rows if row.bar is not None]
    figures = alternate(works, plan.rounds, plan.most_rounds, judged)
    rounds = len(next(iter(figures.values())))
    return [
        Measurement(
            row.what,
            row.against,
            row.statistic(figures),
            row.sense,
            row.bar,
            row.unit,
            seen(figures),
            rounds,
            spread(figures, row.statistic) if rounds > 1 else None,
        )
        for row in rows
    ]
