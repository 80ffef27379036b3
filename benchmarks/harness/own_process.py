"""In-process work of a release, timed in a process of its own, so that two releases take turns within one run."""

import json
import os
import subprocess
from collections.abc import Callable
from typing import Literal

from benchmarks.harness.processes import ROOT, Code
from benchmarks.harness.releases import Published

SCRIPT = ROOT / "benchmarks/peers/timed_work.py"

Call = Literal["window", "step"]


def timing(
    code: Code, work: Literal["rollout", "backtest"] | Call, model: Published, horizon: int = 1, times: int = 1
) -> Callable[[], float]:
    """A work whose figure is the median of so many times, in seconds; benchmarks/peers/timed_work.py has it.

    Each figure is that of a new process: where its memory happens to lie makes one process some percent faster.
    """
    command = [code.python, "-P", str(SCRIPT)]  # -P: nothing beside the script is imported
    asked = {"work": work, **model._asdict(), "registry": str(model.registry), "horizon": horizon, "times": times}

    def measure() -> float:
        environment = {**os.environ, **code.environment}
        done = subprocess.run(
            command,
            cwd=code.root,
            env=environment,
            input=json.dumps(asked),
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SystemExit(f"{work} of {model.name} ended with status {done.returncode}: see what it said above")
        return read_seconds(done.stdout)

    return measure


def read_seconds(answer: str) -> float:
    """How long a work took, from the last line of what its process said.

    Raises SystemExit where that is no number of seconds.
    """
    last = answer.splitlines()[-1] if answer else ""
    try:
        taken = float(json.loads(last)["seconds"])
    except (ValueError, KeyError, TypeError) as error:
        raise SystemExit(f'a timed work should end with {{"seconds": …}}, not with {last!r}') from error
    return taken
