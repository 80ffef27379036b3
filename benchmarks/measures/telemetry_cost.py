"""What it costs to watch the service: next values with metrics, JSON logs and API keys, against next values without.

Beside it stands what they would be without the layer that watches, and so without request ids as well.
"""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.harness.bars import Bar
from benchmarks.harness.load import Load, check_wrk, put, warm_up
from benchmarks.harness.processes import ROOT, logging_rollcast
from benchmarks.harness.published import SHAPES, publish_random
from benchmarks.results import Measurement
from benchmarks.rows import Row, by, measure_rows
from benchmarks.timing import QUICK, Figures, Plan, medians, ratio
from models.registry.registry import Registry

CONNECTIONS, MIN_SHARE = 64, 0.9
MODEL = "simple-rnn-100"  # the fastest, so that everything beside the forecast weighs most
# Many short rounds: what else the machine does then falls on all servers alike.
LONG = Plan(rounds=15, most_rounds=15, load_s=1.5, requests=0, longest_horizon=0)


def measure(plan: Plan, registry: Path) -> list[Measurement]:
    """One row: the rate of requests with everything on, divided by the rate with nothing on, alternately in one run."""
    with TemporaryDirectory(prefix="rollcast-bench-") as name:
        folder = Path(name)
        key, keys = _key(folder)
        watched = {"ROLLCAST_LOG_FORMAT": "json", "ROLLCAST_API_KEYS_FILE": keys}
        log = folder / "log"
        load, unread = Load(MODEL, CONNECTIONS), folder / "unread"
        works = {
            "with": partial(_rate, plan, registry, log, load._replace(key=key), **watched),
            "without": partial(_rate, plan, registry, unread, load, "benchmarks.peers.untold"),
            "bare": partial(_rate, plan, registry, unread, load, "benchmarks.peers.untold", BARE="1"),
        }
        row = Row(
            f"next value, {CONNECTIONS} connections, with metrics, JSON logs and API keys: requests/s",
            "its requests/s without them",
            by("with", "without"),
            "at least",
            MIN_SHARE,
        )

        def seen(figures: Figures) -> Mapping[str, float]:
            lines = sum(line.startswith('{"time":') for line in log.read_text().splitlines())
            return {**medians(figures, unit="/s"), "of bare": ratio(figures, "with", "bare"), "lines": lines}

        return measure_rows(plan, works, [row], seen)


def drill(quick: bool) -> Iterator[Bar]:
    """The same for `make faults`."""
    check_wrk()
    with TemporaryDirectory(prefix="rollcast-faults-") as folder:
        publish_random(Registry.at(Path(folder)), MODEL, SHAPES[MODEL])
        (row,) = measure(QUICK if quick else LONG, Path(folder))
    measured = ", ".join(f"{name} {value:.2f}" for name, value in row.measured.items())
    figure = f"{row.figure:.2f} of {row.against} ({measured})"
    yield Bar(row.what, figure, f"at least {row.bar}", bool(row.met), timed=True)


def _rate(plan: Plan, registry: Path, log: Path, load: Load, module: str = "rollcast", **variables: str) -> float:
    """The rate of a server of its own: where its memory happens to lie makes one process some percent faster."""
    with logging_rollcast(registry, log, module, **variables) as server:
        warm_up(load, server)
        return put(load, server, plan.load_s).rate


def _key(folder: Path) -> tuple[str, str]:
    """A new API key, and the file of keys that lets it in."""
    path = str(folder / "keys.json")
    command = [sys.executable, "-m", "rollcast", "keys", "new", "bench", "--file", path]
    key = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout.split()[-1]
    return key, path
