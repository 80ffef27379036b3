"""Every kind of fault, twenty times each, while clients ask: none of their requests may fail or be answered wrong."""

import json
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.faults.kinds import connections, processes, registry, requests
from benchmarks.faults.kinds.stage import WINDOW, Stage, Unexpected, publish
from benchmarks.harness.bars import Bar
from benchmarks.harness.processes import rollcast
from benchmarks.harness.traffic import Traffic, traffic

GROUPS = {
    "connections": connections.FAULTS,
    "requests": requests.FAULTS,
    "the registry": registry.FAULTS,
    "the process": processes.FAULTS,
}
CLIENTS, TIMES, MIN_KINDS = 4, 20, 40
BODIES = [json.dumps({"model": name, "window": WINDOW.tolist()}).encode() for name in ("steady", "changing")]


def fault_kinds(quick: bool) -> Iterator[Bar]:
    """Do each kind of fault under load."""
    times = 1 if quick else TIMES
    kinds = 0
    with tempfile.TemporaryDirectory(prefix="rollcast-faults-") as folder:
        root, spare = Path(folder) / "registry", Path(folder) / "spare"
        first = publish(root, spare)
        # Polled rarely: the faults say themselves when there is something to see, as each would wait for it.
        with rollcast(root, ROLLCAST_LOG_LEVEL="error", ROLLCAST_POLL_S="1") as server:
            stage = Stage(server, root, spare, first)
            with traffic(server.port, _ask, CLIENTS) as run:
                for group, faults in GROUPS.items():
                    wrong: list[str] = []
                    slowest_rate, answers = float("inf"), len(run.answers)
                    for name, fault in faults.items():
                        for _ in range(times):
                            slowest_rate = min(slowest_rate, run.wait_for_load())
                            wrong += _done(stage, run, name, fault)
                    kinds += len(faults)
                    yield Bar(
                        f"{len(faults)} kinds of fault of {group}, {times} times each",
                        f"{len(run.answers) - answers} requests, at least {slowest_rate:.0f}/s before each; "
                        + (f"{len(wrong)} wrong: {'; '.join(wrong[:3])}" if wrong else "none wrong"),
                        "none wrong",
                        not wrong,
                    )
    yield Bar("kinds of fault", str(kinds), f"{MIN_KINDS}", kinds >= MIN_KINDS)


def _ask(client: int, number: int) -> tuple[str, bytes]:
    return "/predict", BODIES[(client + number) % 2]


def _done(stage: Stage, run: Traffic, name: str, fault: Callable[[Stage], None]) -> Iterator[str]:
    """Do a fault once; what came of it that should not have."""
    answers = len(run.answers)
    try:
        fault(stage)
    except (Unexpected, OSError) as error:
        yield f"{name}: {error}"
    for answer in run.answers[answers:]:
        if answer.status != 200 or not stage.is_right(answer.body):
            yield f"{name}: a client got {answer.status} {answer.error or answer.body[:200]!r}"
