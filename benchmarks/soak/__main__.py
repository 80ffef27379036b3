"""python -m benchmarks.soak: a million predictions, and the memory meanwhile; `make soak`."""

from collections.abc import Mapping

from benchmarks.harness.bars import Drill, run

DRILLS: Mapping[str, Drill] = {}

if __name__ == "__main__":
    run("benchmarks.soak", DRILLS)
