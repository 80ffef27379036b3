"""python -m benchmarks: measure everything, print one table, write one JSON file. docs/performance.md explains it."""

import argparse
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

from benchmarks.harness.load import check_wrk
from benchmarks.harness.processes import TODAY, Code
from benchmarks.harness.published import publish_all
from benchmarks.harness.releases import Release
from benchmarks.measures import (
    against_before,
    any_series,
    footprint,
    in_process,
    next_values,
    protocols,
    served_rollouts,
    telemetry_cost,
)
from benchmarks.peers.release_before import code_before, published_before
from benchmarks.results import Measurement, show, write
from benchmarks.timing import FULL, QUICK, Plan

RESULTS = Path(__file__).with_name("results")
DEMAND_VERSION = 3  # of victoria-demand, as it comes with the repository


def measure(plan: Plan, folder: Path, before: Code) -> list[Measurement]:
    """Every row, in the order of docs/performance.md."""
    registry = folder / "registry"
    publish_all(registry)
    today, earlier = Release(TODAY, registry, DEMAND_VERSION), published_before(before, folder / "registry-before")
    parts: dict[str, Callable[[], list[Measurement]]] = {
        "the release before": lambda: against_before.measure(plan, today, earlier),
        "rollouts over HTTP": lambda: served_rollouts.measure(plan, registry),
        "next values over HTTP": lambda: next_values.measure(plan, registry),
        "any series over HTTP": lambda: any_series.measure(plan),
        "protocols": lambda: protocols.measure(plan, registry),
        "telemetry": lambda: telemetry_cost.measure(plan, registry),
        "cost by horizon": lambda: served_rollouts.measure_horizons(plan, registry),
        "many models": lambda: footprint.measure_many(plan, today, earlier, folder / "many"),
        "memory": lambda: footprint.measure_memory(plan),
        "rollouts in process": lambda: in_process.measure(plan),
    }
    rows: dict[str, list[Measurement]] = {}
    for name, part in parts.items():
        begun = time.perf_counter()
        print(f"{name} …", end=" ", flush=True)
        rows[name] = part()
        print(f"{time.perf_counter() - begun:.0f} s", flush=True)
    first = rows.pop("rollouts in process")  # measured last, for TensorFlow stays in memory, and its threads with it
    return [*first, *chain.from_iterable(rows.values())]


def main() -> None:
    """Run, print, write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure rollcast.")
    parser.add_argument("--quick", action="store_true", help="under two minutes: rougher figures, smaller loads")
    parser.add_argument("--output", type=Path, help="the JSON file; benchmarks/results/<time>.json by default")
    asked = parser.parse_args()
    check_wrk()
    before = code_before()
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="rollcast-bench-") as folder:
        rows = measure(QUICK if asked.quick else FULL, Path(folder), before)
    output = asked.output or RESULTS / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}.json"
    write(rows, output, quick=asked.quick, duration_s=time.perf_counter() - begun)
    show(rows)
    print(f"written to {output}")


if __name__ == "__main__":
    main()
