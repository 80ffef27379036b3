"""A process that forks publishers: each begins at once, with everything imported, and can be stopped for a tracer.

python -m benchmarks.harness.forked_publisher PREPARED publishes what the registry PREPARED holds as tiny@1, as often as
lines of its standard input say, and prints how each publisher ended.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, NamedTuple

from benchmarks.harness.processes import ROOT
from models.errors import RollcastError
from models.registry.loader import MODEL
from models.registry.pruner import prune
from models.registry.publisher import publish
from models.registry.registry import Registry
from models.spec.manifest import Description

NAME = "tiny"
ENDLESS_S = 60.0  # after so long a publisher hangs
GIVEN_UP = 3  # the exit status of a publisher that raised one of rollcast's own errors


class Job(NamedTuple):
    """What one line asks for: so many publishers, each publishing so many times into a registry.

    Where `stopped`, each stops itself first, until SIGCONT. `padding` bytes are published beside the graph. Where
    `keep` is given, they prune down to so many versions instead.
    """

    root: str
    publishers: int = 1
    times: int = 1
    stopped: bool = False
    padding: int = 0
    keep: int = 0


class ForkedPublisher:
    """The process, seen from the one that started it."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._asking: IO[str] = process.stdin
        self._answers: IO[str] = process.stdout
        self._running: list[int] = []

    def start(self, job: Job) -> list[int]:
        """Fork the publishers of a job; their process ids."""
        print(json.dumps(job), file=self._asking, flush=True)
        self._running = [int(pid) for pid in self._answers.readline().split()]
        return self._running

    def wait(self) -> list[int]:
        """Wait for the publishers of the job: the exit status of each, or the negative number of its signal.

        One that does not end is aborted.
        """
        impatient = threading.Timer(ENDLESS_S, self._abort)
        impatient.start()
        try:
            return [int(status) for status in self._answers.readline().split()]
        finally:
            impatient.cancel()

    def _abort(self) -> None:
        for pid in self._running:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGABRT)


@contextmanager
def forked_publisher(prepared: Path) -> Iterator[ForkedPublisher]:
    """Start the process; it has imported everything before its first publisher."""
    command = [sys.executable, "-m", __spec__.name, str(prepared)]
    # A library with threads of its own could be forked in the middle of what they do.
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield ForkedPublisher(process)
        finally:
            process.kill()


def _main() -> None:
    prepared = Registry.at(Path(sys.argv[1]))
    manifest, _ = prepared.open(NAME, 1)  # what is imported only then is imported now
    description = Description(**{field: getattr(manifest, field) for field in Description.model_fields})
    graph = prepared.storage.read(f"{NAME}/1", MODEL, manifest.files[MODEL].size_bytes)
    for line in sys.stdin:
        job = Job(*json.loads(line))
        children = []
        for _ in range(job.publishers):
            child = os.fork()
            if child == 0:
                _publish(job, description, {MODEL: graph, "padding": bytes(job.padding)})
            children.append(child)
        print(*children, flush=True)
        print(*[os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children], flush=True)


def _publish(job: Job, description: Description, files: dict[str, bytes]) -> None:
    registry = Registry.at(Path(job.root))
    if job.stopped:
        os.kill(os.getpid(), signal.SIGSTOP)
    status = 0
    try:
        for _ in range(job.times):
            if job.keep:
                prune(registry, NAME, job.keep)
            else:
                publish(registry, NAME, description, files)
    except RollcastError:
        status = GIVEN_UP
    except BaseException:
        traceback.print_exc()
        status = 1
    finally:
        os._exit(status)


if __name__ == "__main__":
    _main()
