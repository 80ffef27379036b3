"""A forecast as a table of text: a row for each step of each series."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.intervals.conformal import Bounds
from service.forecasting import level_name


class ShownForecast(NamedTuple):
    """What is shown of a forecast: values of shape (series, horizon, targets), the bounds by level, and times."""

    targets: Sequence[str]
    predictions: NDArray[np.float64]
    intervals: Mapping[float, Bounds] = MappingProxyType({})
    timestamps: Sequence[Sequence[str]] | None = None


def forecast_table(
    forecast: ShownForecast, ids: tuple[str, Sequence[str]] | None = None, time: str | None = None
) -> tuple[list[str], list[list[str]]]:
    """Headings and rows. `ids` is the name of the series' column with each series' id, `time` that of the times'."""
    targets, times = forecast.targets, forecast.timestamps if time else None
    headings = [*([ids[0]] if ids else []), "step", *([time] if time and times else []), *targets]
    columns = [forecast.predictions]
    for level, bounds in forecast.intervals.items():
        of = [""] if len(targets) == 1 else [f" of {target}" for target in targets]
        headings += [f"{side} {level_name(level)}{which}" for side in ("lower", "upper") for which in of]
        columns += bounds
    numbers = np.concatenate(columns, axis=-1)
    rows = []
    for index, steps in enumerate(numbers.tolist()):
        for step, values in enumerate(steps):
            row = [str(step + 1), *(f"{value:.6g}" for value in values)]
            if times:
                row.insert(1, times[index][step])
            rows.append([ids[1][index], *row] if ids else row)
    return headings, rows
