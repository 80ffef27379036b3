"""python -m benchmarks: measure everything, print one table, write one JSON file. docs/performance.md explains it."""

import argparse
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.harness.load import check_wrk
from benchmarks.harness.published import publish_all
from benchmarks.measures import footprint, in_process, next_values, protocols, served_rollouts, telemetry_cost
from benchmarks.results import Measurement, show, write
from benchmarks.timing import FULL, QUICK, Plan

RESULTS = Path(__file__).with_name("results")


def measure(plan: Plan, folder: Path) -> list[Measurement]:
    """Every row, in the order of docs/performance.md."""
    registry = Path(publish_all(folder / "registry").storage.location)
    many = folder / "many"
    parts: dict[str, Callable[[], list[Measurement]]] = {
        "rollouts over HTTP": lambda: served_rollouts.measure(plan, registry),
        "next values over HTTP": lambda: next_values.measure(plan, registry),
        "protocols": lambda: protocols.measure(plan, registry),
        "telemetry": lambda: telemetry_cost.measure(plan, registry),
        "cost by horizon": lambda: served_rollouts.measure_horizons(plan, registry),
        "many models": lambda: footprint.measure_many(plan, registry, many),
        "memory": lambda: footprint.measure_memory(plan),
        # Last, for TensorFlow stays in memory, and its threads with it.
        "rollouts in process": lambda: in_process.measure(plan),
    }
    rows: list[Measurement] = []
    for name, part in parts.items():
        begun = time.perf_counter()
        print(f"{name} …", end=" ", flush=True)
        rows += part()
        print(f"{time.perf_counter() - begun:.0f} s", flush=True)
    return rows[-4:] + rows[:-4]


def main() -> None:
    """Run, print, write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure rollcast.")
    parser.add_argument("--quick", action="store_true", help="under a minute: rougher figures, smaller loads")
    parser.add_argument("--output", type=Path, help="the JSON file; benchmarks/results/<time>.json by default")
    asked = parser.parse_args()
    check_wrk()
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="rollcast-bench-") as folder:
        rows = measure(QUICK if asked.quick else FULL, Path(folder))
    output = asked.output or RESULTS / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}.json"
    write(rows, output, quick=asked.quick, duration_s=time.perf_counter() - begun)
    show(rows)
    print(f"written to {output}")


if __name__ == "__main__":
    main()
