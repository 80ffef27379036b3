"""The models that are measured on sets: where each comes from, on which sets, and how low its figures should be."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Literal, NamedTuple, Self

from benchmarks.pretrained.sets import HELD_OUT, ONCE, SETS, EvaluationSet
from training.collection.packaged import OTHER_SOURCES

ROOT = Path(__file__).parents[2]
CUT_TASKS = 8  # that a set is cut to


class Demand(NamedTuple):
    """The most that an error on a set may be; with `by`, in units of that of a classical method."""

    set: str
    at_most: float
    measure: Literal["mase", "mae"] = "mase"
    by: str = ""


class PretrainedRow(NamedTuple):
    """A model that forecasts series which it may never have seen, and the sets that it is measured on.

    It is trained by a `recipe` with other `values`; without a recipe it is the `published` one of this name, the
    champion or the newest version. `held_out` is the most that the geometric mean of its errors in units of the
    seasonal naive's may be, over the sets held out for good. `intervals` names the set that they are judged on.
    A row that is measured `once` has sets that nothing may be chosen by.
    """

    name: str
    demands: tuple[Demand, ...]
    recipe: str = ""
    values: Mapping[str, Any] = {}
    published: str = ""
    held_out: float | None = None
    intervals: str = ""
    minutes: float | None = None  # that its training may have taken
    mib: float | None = None  # that the version's files may take
    once: bool = False

    @property
    def sets(self) -> tuple[str, ...]:
        """The names of all sets that it is measured on."""
        names = [demand.set for demand in self.demands]
        names += [self.intervals] if self.intervals else []
        names += [] if self.held_out is None else HELD_OUT
        return tuple(dict.fromkeys(names))


ROWS = (
    PretrainedRow(
        "any-series-without-m3",
        (Demand("m3-monthly", 0.90),),
        recipe="any-series",
        values={"sources": [*OTHER_SOURCES]},
        minutes=120,
    ),
    PretrainedRow(
        "any-series",
        (
            Demand("m3-monthly", 0.87),
            Demand("m3-quarterly", 1.0, by="AutoTheta"),
            Demand("m3-yearly", 1.0, by="AutoTheta"),
            Demand("vic-elec", 200, "mae"),
        ),
        published="any-series",
        held_out=0.85,
        intervals="m3-monthly",
        minutes=120,
        mib=2,
    ),
    PretrainedRow("m3-monthly", (Demand("m3-monthly", 0.855),), recipe="m3-monthly"),
    PretrainedRow(
        "once", tuple(Demand(name, 1.02, by="AutoTheta") for name in ONCE), published="any-series", once=True
    ),
)


class PretrainedTable(NamedTuple):
    """Rows, the sets by their names, the registry of published models, and the folder of those that rows train."""

    rows: tuple[PretrainedRow, ...] = ROWS
    sets: Mapping[str, Callable[[], EvaluationSet]] = SETS
    published: Path = ROOT / "models" / "artifacts"
    trained: Path = ROOT / "build" / "accuracy"

    def cut(self) -> Self:
        """The table with sets of a few tasks, without what is measured once."""
        rows = tuple(row for row in self.rows if not row.once)
        sets = {name: partial(_cut, load) for name, load in self.sets.items()}
        return self._replace(rows=rows, sets=sets, trained=self.trained / "cut")


def _cut(load: Callable[[], EvaluationSet]) -> EvaluationSet:
    return load().evenly_spaced(CUT_TASKS)
