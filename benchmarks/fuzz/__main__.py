"""python -m benchmarks.fuzz: odd requests by the hundred thousand, and what the answers broke; `make fuzz`."""

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from benchmarks.fuzz import coverage_guided, mutated, schema
from benchmarks.harness.bars import Bar, Drill, run
from benchmarks.harness.processes import Server, rollcast
from tests.support.tiny import timed_registry, tiny_registry

Served = Callable[[Server, int], Iterable[Bar]]


@contextmanager
def registry() -> Iterator[Path]:
    """A registry of small models of every form."""
    with tempfile.TemporaryDirectory(prefix="rollcast-fuzz-") as folder:
        tiny_registry(Path(folder))
        timed_registry(Path(folder))
        yield Path(folder)


def served(drill: Served, many: int, few: int) -> Drill:
    """A drill against a server of its own, with so many cases, or a few in a quick run."""

    def drilled(quick: bool) -> Iterator[Bar]:
        with registry() as path, rollcast(path, ROLLCAST_LOG_LEVEL="error") as server:
            yield from drill(server, few if quick else many)

    return drilled


def grown(quick: bool) -> Iterator[Bar]:
    """The coverage-guided drill, in a process of its own."""
    with registry() as path:
        yield from coverage_guided.drill(path, 2_000 if quick else 200_000)


DRILLS: Mapping[str, Drill] = {
    "schema": served(schema.drill, 400, 20),
    "mutated": served(mutated.drill, 92_000, 3_000),
    "coverage_guided": grown,
}

if __name__ == "__main__":
    run("benchmarks.fuzz", DRILLS)
