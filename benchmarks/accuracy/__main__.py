"""python -m benchmarks.accuracy: the plain command on data sets, pretrained models on others; `make accuracy`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.accuracy.measured_code import measured_code
from benchmarks.accuracy.record import Asked
from benchmarks.accuracy.rows import ROWS, Row
from benchmarks.accuracy.run import Run
from benchmarks.harness.bars import show
from benchmarks.pretrained.rows import PretrainedTable
from training.search.budget import USUAL_MINUTES

BENCHMARKS = Path(__file__).parents[1]
COMMITTED, ROUGH = BENCHMARKS / "accuracy.json", BENCHMARKS / "results" / "accuracy.json"
PRETRAINED = PretrainedTable()


def main(
    arguments: Sequence[str] | None = None, rows: Sequence[Row] = ROWS, pretrained: PretrainedTable = PRETRAINED
) -> None:
    """Measure what the file does not hold yet, print one table, and exit 1 where a bar was missed."""
    names = _names(rows, pretrained)
    parser = _parser(names)
    given = parser.parse_args(arguments)
    if given.cut is not None and given.cut < 1:
        parser.error(f"--cut takes a number of rows from 1 up, not {given.cut}")
    table = pretrained if given.cut is None else pretrained.cut()
    names = _names(rows, table)
    if unknown := set(given.row) - {*names}:
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    asked = Asked(given.minutes, given.cut, measured_code())
    path = given.output or usual_output(asked)
    bars = list(Run(path, rows, table, asked, again=given.again).bars(given.row or names))
    show(bars)
    print(f"the results are in {path}")
    sys.exit(not all(bar.met for bar in bars))


def usual_output(asked: Asked) -> Path:
    """The committed file for whole runs; one that git ignores for those of other minutes, or of cut series."""
    return COMMITTED if (asked.minutes, asked.cut) == (USUAL_MINUTES, None) else ROUGH


def _names(rows: Sequence[Row], table: PretrainedTable) -> list[str]:
    return [*(row.name for row in rows), *(row.name for row in table.rows)]


def _parser(names: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.accuracy")
    parser.add_argument(
        "--row", action="append", default=[], metavar="NAME", help=f"one of {', '.join(names)}; all by default"
    )
    parser.add_argument(
        "--minutes", type=float, default=USUAL_MINUTES, help="how long each training of the plain command may take"
    )
    parser.add_argument(
        "--cut",
        type=int,
        metavar="N",
        help="cut each series to its last N rows, sets to a few tasks, and other trainings to seconds, to see that "
        "all works",
    )
    parser.add_argument("--output", type=Path, help="the JSON file; benchmarks/accuracy.json for whole runs")
    parser.add_argument("--again", action="store_true", help="measure rows that the file holds already")
    return parser


if __name__ == "__main__":
    main()
