"""The results of all rows in one JSON file, which is written anew after each row."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.accuracy.bars import Limit, group_limits, row_limits
from benchmarks.accuracy.record import RowResult
from benchmarks.accuracy.rows import Row


def read(path: Path) -> dict[str, RowResult]:
    """The results in a file, by their rows' names; none where there is no file.

    Exits where they are not such as `write` writes.
    """
    if not path.exists():
        return {}
    try:
        rows = json.loads(path.read_text())["rows"]
        known = [RowResult.model_validate({key: row[key] for key in row if key != "bars"}) for row in rows]
    except (ValueError, LookupError, TypeError) as error:
        raise SystemExit(
            f"{path} does not hold results of this benchmark: remove it, or name another file with --output. {error}"
        ) from error
    return {result.name: result for result in known}


def write(path: Path, results: Mapping[str, RowResult], rows: Sequence[Row]) -> None:
    """Write the results of these rows in their order, with the bars of each, and those of groups."""
    known = [(row, results[row.name]) for row in rows if row.name in results]
    document = {
        "rows": [
            {**result.model_dump(mode="json"), "bars": [_judged(limit) for limit in row_limits(row, result)]}
            for row, result in known
        ],
        "groups": {name: _judged(limit) for name, limit in group_limits(results, rows).items()},
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=1) + "\n")


def _judged(limit: Limit) -> dict[str, Any]:
    return {"what": limit.what, "figure": limit.figure, "at_most": limit.at_most, "met": limit.met}
