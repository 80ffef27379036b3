"""What it costs to watch the service: next values with metrics, JSON logs and API keys, against next values without.

Beside it stands what they would be without the layer that watches, and so without request ids as well.
"""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.harness.load import Load, put, warm_up
from benchmarks.harness.processes import ROOT, Server, logging_rollcast
from benchmarks.results import Measurement
from benchmarks.timing import Plan, alternate, medians, ratio
from service.settings import Settings

CONNECTIONS, MIN_SHARE = 64, 0.9
MODEL = "simple-rnn-100"  # the fastest, so that everything beside the forecast weighs most


def measure(plan: Plan, registry: Path) -> list[Measurement]:
    """One row: the rate of requests with everything on, divided by the rate with nothing on, alternately in one run."""
    with TemporaryDirectory(prefix="rollcast-bench-") as name:
        folder = Path(name)
        key, variables = _key(folder)
        with (
            logging_rollcast(registry, folder / "off.log", "benchmarks.peers.untold") as off,
            logging_rollcast(registry, folder / "bare.log", "benchmarks.peers.untold", BARE="1") as bare,
            logging_rollcast(registry, folder / "on.log", ROLLCAST_LOG_FORMAT="json", **variables) as on,
        ):
            works = {
                "with": _rate(plan, Load(MODEL, CONNECTIONS, key=key), on),
                "without": _rate(plan, Load(MODEL, CONNECTIONS), off),
                "bare": _rate(plan, Load(MODEL, CONNECTIONS), bare),
            }
            figures = alternate(works, plan.rounds)
        lines = sum(line.startswith('{"time":') for line in (folder / "on.log").read_text().splitlines())
    asked = f"metrics, JSON logs{' and API keys' if key else ''}"
    return [
        Measurement(
            f"next value, {CONNECTIONS} connections, with {asked}: requests/s",
            "its requests/s without them",
            ratio(figures, "with", "without"),
            "at least",
            MIN_SHARE,
            measured={**medians(figures, unit="/s"), "of bare": ratio(figures, "with", "bare"), "lines": lines},
        )
    ]


def _rate(plan: Plan, load: Load, server: Server) -> Callable[[], float]:
    warm_up(load, server)
    return lambda: put(load, server, plan.load_s).rate


def _key(folder: Path) -> tuple[str, dict[str, str]]:
    """A new API key, and the variable that makes a server ask for it; nothing where the service knows no keys."""
    if "api_keys_file" not in Settings.model_fields:
        return "", {}
    path = folder / "keys.json"
    command = [sys.executable, "-m", "rollcast", "keys", "new", "bench", "--file", str(path)]
    key = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout.split()[-1]
    return key, {"ROLLCAST_API_KEYS_FILE": str(path)}
