"""python -m benchmarks.accuracy: the plain command on a table of data sets, held to bars; `make accuracy`."""

import argparse
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from benchmarks.accuracy.bars import group_limits, row_limits
from benchmarks.accuracy.measured_code import measured_code
from benchmarks.accuracy.record import Asked, RowResult
from benchmarks.accuracy.results import read, write
from benchmarks.accuracy.rows import ROWS, Row
from benchmarks.accuracy.train_row import train_row
from benchmarks.harness.bars import Bar, show
from training.search.budget import USUAL_MINUTES

BENCHMARKS = Path(__file__).parents[1]
COMMITTED, ROUGH = BENCHMARKS / "accuracy.json", BENCHMARKS / "results" / "accuracy.json"


def main(arguments: Sequence[str] | None = None, rows: Sequence[Row] = ROWS) -> None:
    """Train what the file does not hold yet, print one table, and exit 1 where a bar was missed."""
    parser = _parser(rows)
    given = parser.parse_args(arguments)
    if unknown := set(given.row) - {row.name for row in rows}:
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are {_names(rows)}")
    if given.cut is not None and given.cut < 1:
        parser.error(f"--cut takes a number of rows from 1 up, not {given.cut}")
    asked = Asked(given.minutes, given.cut, measured_code())
    path = given.output or usual_output(asked)
    known, current, bars = read(path), dict[str, RowResult](), list[Bar]()
    for row in rows:
        if given.row and row.name not in given.row:
            continue
        result = known.get(row.name)
        if result is not None and result.is_of(row, asked) and not given.again:
            print(f"{row.name}: kept from {result.measured_at}", flush=True)
        else:
            print(f"{row.name} …", end=" ", flush=True)
            begun = time.perf_counter()
            try:
                result = known[row.name] = in_own_process(row, asked)
            except Exception as error:  # the other rows are worth their minutes all the same
                print("ended early", flush=True)
                bars.append(Bar(row.name, f"ended early: {str(error) or repr(error)}", "ends by itself", met=False))
                continue
            print(f"{time.perf_counter() - begun:.0f} s", flush=True)
            write(path, known, rows)
        current[row.name] = result
        bars += [limit.bar(row.name) for limit in row_limits(row, result)]
    bars += [limit.bar(name) for name, limit in group_limits(current, rows).items()]
    show(bars)
    print(f"the results are in {path}")
    sys.exit(not all(bar.met for bar in bars))


def usual_output(asked: Asked) -> Path:
    """The committed file for whole runs; one that git ignores for those of other minutes, or of cut series."""
    return COMMITTED if (asked.minutes, asked.cut) == (USUAL_MINUTES, None) else ROUGH


def in_own_process(row: Row, asked: Asked) -> RowResult:
    """Train a row in a process that ends with it."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(train_row, row, asked).result()


def _parser(rows: Sequence[Row]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.accuracy")
    parser.add_argument(
        "--row", action="append", default=[], metavar="NAME", help=f"one of {_names(rows)}; all by default"
    )
    parser.add_argument("--minutes", type=float, default=USUAL_MINUTES, help="how long each training may take")
    parser.add_argument(
        "--cut", type=int, metavar="N", help="cut each series to its last N rows, to see that all works"
    )
    parser.add_argument("--output", type=Path, help="the JSON file; benchmarks/accuracy.json for whole runs")
    parser.add_argument("--again", action="store_true", help="train rows that the file holds already")
    return parser


def _names(rows: Sequence[Row]) -> str:
    return ", ".join(row.name for row in rows)


if __name__ == "__main__":
    main()
