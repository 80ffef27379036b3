"""The rows one after the other: each is kept where its result is known, else measured in a process of its own."""

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

from benchmarks.accuracy.bars import group_limits, row_limits
from benchmarks.accuracy.record import Asked, RowResult
from benchmarks.accuracy.results import read, write
from benchmarks.accuracy.rows import Row
from benchmarks.accuracy.train_row import train_row
from benchmarks.harness.bars import Bar
from benchmarks.pretrained.classical import measured
from benchmarks.pretrained.limits import pretrained_limits
from benchmarks.pretrained.measure_row import measure_row, usual_version
from benchmarks.pretrained.record import PretrainedResult
from benchmarks.pretrained.rows import PretrainedRow, PretrainedTable
from models.registry.registry import Registry

Result = TypeVar("Result")
Kept = TypeVar("Kept", RowResult, PretrainedResult)


class Run:
    """A run of some rows, whose results a file keeps; `again` measures rows that it holds already."""

    def __init__(
        self, path: Path, rows: Sequence[Row], table: PretrainedTable, asked: Asked, *, again: bool = False
    ) -> None:
        self.path, self.rows, self.table, self.asked, self.again = path, rows, table, asked, again
        self.results = read(path)

    def bars(self, chosen: Collection[str]) -> Iterator[Bar]:
        """Measure the rows of these names, the others being worth their minutes where one fails; what came of each."""
        current = {}
        for row in self.rows:
            if row.name in chosen:
                result = _attempt(row.name, partial(self._plain, row))
                if isinstance(result, Bar):
                    yield result
                    continue
                self.results.rows[row.name] = current[row.name] = result
                self._write()
                yield from (limit.bar(row.name) for limit in row_limits(row, result))
        yield from (limit.bar(name) for name, limit in group_limits(current, self.rows).items())
        for model in self.table.rows:
            if model.name in chosen:
                found = _attempt(model.name, partial(self._pretrained, model))
                if isinstance(found, Bar):
                    yield found
                    continue
                self.results.pretrained[model.name] = found
                self._write()
                limits = pretrained_limits(model, found, self.results.classical)
                yield from (limit.bar(model.name) for limit in limits)

    def _plain(self, row: Row) -> RowResult:
        known = self.results.rows.get(row.name)
        if known is not None and known.is_of(row, self.asked) and not self.again:
            return _kept(known)
        return in_own_process(row.name, train_row, row, self.asked)

    def _pretrained(self, row: PretrainedRow) -> PretrainedResult:
        """The result of a model, once the classical methods have been measured on its sets."""
        published = usual_version(Registry.at(self.table.published), row.published).sha256 if row.published else None
        for name in row.sets:
            for _ in measured(self.results.classical, name, self.table.sets[name]):
                self._write()
        known = self.results.pretrained.get(row.name)
        if known is not None and known.is_of(row, self.asked, published) and not self.again:
            return _kept(known)
        work = partial(measure_row, again=self.again)
        return in_own_process(row.name, work, row, self.asked, self.table)

    def _write(self) -> None:
        write(self.path, self.results, self.rows, self.table.rows)


def in_own_process(name: str, work: Callable[..., Result], *arguments: Any) -> Result:
    """What a work gives, in a process that ends with it."""
    print(f"{name} …", end=" ", flush=True)
    begun = time.perf_counter()
    try:
        with ProcessPoolExecutor(1, get_context("spawn")) as pool:
            return pool.submit(work, *arguments).result()
    finally:
        print(f"{time.perf_counter() - begun:.0f} s", flush=True)


def _kept(known: Kept) -> Kept:
    print(f"{known.name}: kept from {known.measured_at}", flush=True)
    return known


def _attempt(name: str, work: Callable[[], Result]) -> Result | Bar:
    try:
        return work()
    except Exception as error:  # the other rows are worth their minutes all the same
        print(f"{name}: ended early", flush=True)
        return Bar(name, f"ended early: {str(error) or repr(error)}", "ends by itself", met=False)
