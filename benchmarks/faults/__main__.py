"""python -m benchmarks.faults: what an operator fears, done to a real service under load; `make faults`."""

from collections.abc import Mapping

from benchmarks.faults import bodies, overload
from benchmarks.harness.bars import Drill, run

DRILLS: Mapping[str, Drill] = {"bodies": bodies.drill, "overload": overload.drill}

if __name__ == "__main__":
    run("benchmarks.faults", DRILLS)
