"""A data set cut to some of its rows: the last ones, so that a test can train in seconds, or the first ones."""

import csv
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from training.reading.table import locate_file


def cut_values(values: Mapping[str, Any], rows: slice, path: Path) -> dict[str, Any]:
    """A recipe's values whose file, written to `path`, has these rows of each series."""
    with locate_file(values["csv"]).open(newline="") as file:
        reader = csv.reader(file)
        header = next(reader)
        series = header.index(values["id"]) if "id" in values else None
        by_series: dict[str, list[list[str]]] = defaultdict(list)
        for row in reader:
            by_series["" if series is None else row[series]].append(row)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        for of_series in by_series.values():
            writer.writerows(of_series[rows])
    return {**values, "csv": str(path)}
