"""Drills and their bars: what was done, what came of it, and whether that was good enough; one table of it all."""

import argparse
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from rich.console import Console
from rich.table import Table


class Bar(NamedTuple):
    """One line of the table. `timed` bars depend on the machine's speed: the tests don't judge them.

    `skipped` ones, which this machine can't judge, count as met, and are told apart.
    """

    what: str
    measured: str
    bar: str
    met: bool
    timed: bool = False
    skipped: bool = False


# Does something to the service and tells what came of it; the argument asks for a small version, in seconds.
Drill = Callable[[bool], Iterable[Bar]]


def run(program: str, drills: Mapping[str, Drill]) -> None:
    """Run the drills that the command line names, or all; print one table; exit 1 where a bar was missed."""
    parser = argparse.ArgumentParser(prog=f"python -m {program}")
    parser.add_argument("--quick", action="store_true", help="a small version of each, in seconds")
    parser.add_argument("drills", nargs="*", metavar="DRILL", help=f"one of {', '.join(drills)}; all by default")
    asked = parser.parse_args()
    if unknown := set(asked.drills) - set(drills):
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(drills)}")
    bars: list[Bar] = []
    for name in asked.drills or drills:
        begun = time.perf_counter()
        print(f"{name} …", end=" ", flush=True)
        try:
            bars += drills[name](asked.quick)
        except (Exception, SystemExit) as error:  # the other drills are worth their rows all the same
            bars.append(Bar(name, f"ended early: {str(error) or repr(error)}", "ends by itself", met=False))
        print(f"{time.perf_counter() - begun:.0f} s", flush=True)
    show(bars)
    sys.exit(not all(bar.met for bar in bars))


def show(bars: Iterable[Bar]) -> None:
    """Print the table."""
    table = Table(box=None, header_style="bold")
    for title in ("what", "measured", "bar", ""):
        table.add_column(title, overflow="fold")
    for bar in bars:
        table.add_row(bar.what, bar.measured, bar.bar, "skipped" if bar.skipped else "met" if bar.met else "MISSED")
    Console(width=None if sys.stdout.isatty() else 160).print(table)
