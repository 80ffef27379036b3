"""python -m benchmarks.faults: what an operator fears, done to a real service under load; `make faults`."""

from collections.abc import Mapping

from benchmarks.faults.publish_faults import publish_faults
from benchmarks.harness.bars import Drill, run

DRILLS: Mapping[str, Drill] = {"publish_faults": publish_faults}

if __name__ == "__main__":
    run("benchmarks.faults", DRILLS)
