"""A forecast as a table of text: a row for each step of each series."""

from collections.abc import Sequence

import numpy as np

from service.forecasting import Forecast, level_name


def forecast_table(
    forecast: Forecast, ids: tuple[str, Sequence[str]] | None = None, time: str | None = None
) -> tuple[list[str], list[list[str]]]:
    """Headings and rows. `ids` is the name of the series' column with each series' id, `time` that of the times'."""
    targets, times = forecast.manifest.spec.targets, forecast.timestamps if time else None
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
