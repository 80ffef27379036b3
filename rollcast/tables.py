"""A forecast as a table of text: a row for each step of each series."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def forecast_table(
    raw: Array,
    targets: Sequence[str],
    halves: Mapping[str, Array],
    ids: tuple[str, Sequence[str]] | None = None,
    times: tuple[str, Sequence[Sequence[str]]] | None = None,
) -> tuple[list[str], list[list[str]]]:
    """Headings and rows; `raw` and each level's half-widths have shape (series, horizon, targets).

    `ids` and `times` are the names of their columns, with each series' id and the time of each of its steps.
    """
    headings = [*([ids[0]] if ids else []), "step", *([times[0]] if times else []), *targets]
    columns = [raw]
    for level, half in halves.items():
        of = [""] if len(targets) == 1 else [f" of {target}" for target in targets]
        headings += [f"{side} {level}{which}" for side in ("lower", "upper") for which in of]
        columns += [raw - half, raw + half]
    numbers = np.concatenate(columns, axis=-1)
    rows = []
    for place, steps in enumerate(numbers.tolist()):
        for step, values in enumerate(steps):
            row = [str(step + 1), *(f"{value:.6g}" for value in values)]
            if times:
                row.insert(1, times[1][place][step])
            rows.append([ids[1][place], *row] if ids else row)
    return headings, rows
