"""python -m benchmarks.faults: what an operator fears, done to a real service under load; `make faults`."""

from collections.abc import Mapping

from benchmarks.faults import signals
from benchmarks.harness.bars import Drill, run

DRILLS: Mapping[str, Drill] = {
    "sigterm": signals.sigterm,
    "sighup": signals.sighup,
    "worker_killed": signals.worker_killed,
}

if __name__ == "__main__":
    run("benchmarks.faults", DRILLS)
