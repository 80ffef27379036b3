"""Watching the service must cost little: next values with metrics, JSON logs and API keys, against those without."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.harness.bars import Bar
from benchmarks.harness.load import check_wrk
from benchmarks.harness.published import SHAPES, publish_random
from benchmarks.measures import telemetry_cost
from benchmarks.timing import QUICK, Plan
from models.registry.registry import Registry

# Many short rounds: what else the machine does then falls on all servers alike.
FULL = Plan(rounds=15, load_s=1.5, requests=0, longest_horizon=0)


def drill(quick: bool) -> Iterator[Bar]:
    """Measure it as `make bench` does."""
    check_wrk()
    with tempfile.TemporaryDirectory(prefix="rollcast-faults-") as folder:
        root = Path(folder)
        publish_random(Registry.at(root), telemetry_cost.MODEL, SHAPES[telemetry_cost.MODEL])
        for row in telemetry_cost.measure(QUICK if quick else FULL, root):
            measured = ", ".join(f"{name} {value:.2f}" for name, value in row.measured.items())
            yield Bar(row.what, f"{row.figure:.2f} of {row.against} ({measured})", f"≥ {row.bar}", bool(row.met), True)
