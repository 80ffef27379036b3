"""python -m benchmarks.faults: what an operator fears, done to a real service under load; `make faults`."""

from collections.abc import Mapping

from benchmarks.faults.hot_swaps import hot_swaps
from benchmarks.harness.bars import Drill, run

DRILLS: Mapping[str, Drill] = {"hot_swaps": hot_swaps}

if __name__ == "__main__":
    run("benchmarks.faults", DRILLS)
