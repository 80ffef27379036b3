"""python -m benchmarks.fuzz: odd requests by the hundred thousand; `make fuzz`."""

from collections.abc import Mapping

from benchmarks.harness.bars import Drill, run

DRILLS: Mapping[str, Drill] = {}

if __name__ == "__main__":
    run("benchmarks.fuzz", DRILLS)
