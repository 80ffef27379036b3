"""Faults of the process: signals, a stop for a moment, no room on the disk for its log."""

import os
import signal
import time
from collections.abc import Callable, Mapping

from benchmarks.faults.kinds.stage import Stage


def hang_up(stage: Stage) -> None:
    """SIGHUP, five times at once."""
    for _ in range(5):
        os.kill(stage.server.pid, signal.SIGHUP)
    stage.ready()


def stopped_for_a_moment(stage: Stage) -> None:
    """The whole process stands still, as on a host that swaps or migrates."""
    os.kill(stage.server.pid, signal.SIGSTOP)
    time.sleep(0.1)
    os.kill(stage.server.pid, signal.SIGCONT)
    stage.ready()


FAULTS: Mapping[str, Callable[[Stage], None]] = {
    "SIGHUP five times": hang_up,
    "stopped for a moment": stopped_for_a_moment,
}
