"""The figures of methods on sets: in one JSON file, which is written anew after each, and as a table."""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import geometric_mean
from typing import Self

from pydantic import Field, FiniteFloat, TypeAdapter
from rich.console import Console
from rich.table import Table

from benchmarks.pretrained.methods import Forecast
from benchmarks.pretrained.scores import interval_scores, point_scores, relative_error
from benchmarks.pretrained.sets import EvaluationSet
from models.spec.record import Count, Record


class IntervalFigures(Record):
    """The share of values within intervals of a level, and their interval score in units of MASE."""

    coverage: FiniteFloat
    score: FiniteFloat


class Figures(Record):
    """A method's scores on a set of `tasks`, as benchmarks/pretrained/scores.py has them.

    `relative` is MASE by that of the seasonal naive of the set's first season; `left_out` tasks have no MASE. `seconds`
    is what all forecasts took, and `source` what they were made with, such as a library with its version.
    """

    tasks: Count
    mase: FiniteFloat
    mae: FiniteFloat
    relative: FiniteFloat
    left_out: int = Field(ge=0)
    intervals: dict[int, IntervalFigures]
    seconds: FiniteFloat
    source: str

    @classmethod
    def of(cls, given: EvaluationSet, forecast: Forecast, seconds: float, source: str) -> Self:
        """Score the forecasts of all tasks of a set."""
        scores = point_scores(given, forecast.values)
        intervals = {
            level: interval_scores(given, lower, forecast.upper[level], level)
            for level, lower in forecast.lower.items()
        }
        return cls(
            tasks=len(given.tasks),
            mase=scores.mase,
            mae=scores.mae,
            relative=relative_error(given, forecast.values),
            left_out=scores.left_out,
            intervals={level: IntervalFigures(**each._asdict()) for level, each in intervals.items()},
            seconds=round(seconds, 1),
            source=source,
        )


BySet = Mapping[str, Mapping[str, Figures]]  # sets by their names, on each of them methods by theirs

_DOCUMENT = TypeAdapter(dict[str, dict[str, Figures]])


def read(path: Path) -> dict[str, dict[str, Figures]]:
    """The figures in a file; none where there is no file. Exits where they are not such as `write` writes."""
    if not path.exists():
        return {}
    try:
        return _DOCUMENT.validate_json(path.read_bytes())
    except ValueError as error:
        raise SystemExit(
            f"{path} does not hold figures of this benchmark: remove it, or name another file with --output. {error}"
        ) from error


def write(path: Path, figures: BySet) -> None:
    """Write the figures of all sets."""
    document = {
        name: {method: each.model_dump(mode="json") for method, each in on_set.items()}
        for name, on_set in figures.items()
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=1) + "\n")


def mean_relative(figures: BySet, method: str, names: Sequence[str]) -> float | None:
    """The geometric mean over sets of a method's relative error; None where one of them lacks it."""
    found = [figures[name][method].relative for name in names if method in figures.get(name, {})]
    return geometric_mean(found) if len(found) == len(names) else None


def show(figures: BySet) -> None:
    """Print the table: a line for each method on each set."""
    table = Table("set", "method", "tasks", "MASE", "by naive", "MAE", "intervals", "seconds", box=None)
    for name, on_set in figures.items():
        for method, each in on_set.items():
            held = (
                f"{level} %: {100 * one.coverage:.1f} %, score {one.score:.3f}" for level, one in each.intervals.items()
            )
            scores = f"{each.mase:.4f}", f"{each.relative:.4f}", f"{each.mae:.5g}"
            table.add_row(name, method, str(each.tasks), *scores, "; ".join(held), f"{each.seconds:.0f}")
    Console(width=None if sys.stdout.isatty() else 160).print(table)
