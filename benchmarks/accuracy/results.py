"""The results of all rows in one JSON file, which is written anew after each of them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.accuracy.bars import group_limits, row_limits
from benchmarks.accuracy.record import RowResult
from benchmarks.accuracy.rows import Row
from benchmarks.pretrained.figures import Figures
from benchmarks.pretrained.limits import pretrained_limits
from benchmarks.pretrained.record import PretrainedResult
from benchmarks.pretrained.rows import PretrainedRow

BARS = "bars"  # of each row: worked out anew, never read


@dataclass
class Results:
    """What came of the plain command's rows, of pretrained models and, by set and method, of classical methods."""

    rows: dict[str, RowResult] = field(default_factory=dict)
    pretrained: dict[str, PretrainedResult] = field(default_factory=dict)
    classical: dict[str, dict[str, Figures]] = field(default_factory=dict)


def read(path: Path) -> Results:
    """The results in a file; none where there is no file. Exits where they are not such as `write` writes."""
    if not path.exists():
        return Results()
    try:
        document = json.loads(path.read_text())
        rows = [RowResult.model_validate(_without_bars(each)) for each in document["rows"]]
        pretrained = [PretrainedResult.model_validate(_without_bars(each)) for each in document.get("pretrained", [])]
        classical = {
            name: {method: Figures.model_validate(each) for method, each in on_set.items()}
            for name, on_set in document.get("classical", {}).items()
        }
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise SystemExit(
            f"{path} does not hold results of this benchmark: remove it, or name another file with --output. {error}"
        ) from error
    return Results({each.name: each for each in rows}, {each.name: each for each in pretrained}, classical)


def write(path: Path, results: Results, rows: Sequence[Row], pretrained: Sequence[PretrainedRow] = ()) -> None:
    """Write the results of these rows in their order, with the bars of each, those of groups, and classical figures."""
    plain = [(row, results.rows[row.name]) for row in rows if row.name in results.rows]
    models = [(row, results.pretrained[row.name]) for row in pretrained if row.name in results.pretrained]
    document = {
        "rows": [
            {**result.model_dump(mode="json"), BARS: [limit.judged() for limit in row_limits(row, result)]}
            for row, result in plain
        ],
        "groups": {name: limit.judged() for name, limit in group_limits(results.rows, rows).items()},
        "pretrained": [
            {
                **result.model_dump(mode="json"),
                BARS: [limit.judged() for limit in pretrained_limits(row, result, results.classical)],
            }
            for row, result in models
        ],
        "classical": {
            name: {method: each.model_dump(mode="json") for method, each in on_set.items()}
            for name, on_set in results.classical.items()
        },
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=1) + "\n")


def _without_bars(row: dict[str, object]) -> dict[str, object]:
    return {key: row[key] for key in row if key != BARS}
