"""Publishers and pruners that are killed, or told that the disk fails, at each system call; and many at once.

Whatever happens, a reader finds every version that is listed whole, and the next publishing or `models verify` leaves
nothing of the dead.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from benchmarks.harness.bars import Bar
from benchmarks.harness.forked_publisher import GIVEN_UP, NAME, ForkedPublisher, Job, forked_publisher
from benchmarks.harness.published import publish_random, spec
from models.errors import RollcastError
from models.references import parse_reference
from models.registry.pruner import prune
from models.registry.registry import Registry

SPEC = spec("lstm", 4, 6)
ERRORS = ("ENOSPC", "EIO")
# What changes the disk; the small version injects at these alone.
CHANGING = ("chmod", "fsync", "mkdir", "rename", "rmdir", "unlinkat", "write")
NO_FILES = ("brk", "exit_group", "getpid", "getrandom")  # no disk lets these fail
KILLED = -signal.SIGKILL
# Made for threads, and not by every run alike. The C library aborts where they fail, which must do no more than a kill.
OF_THREADS = ("clone3", "futex", "madvise", "mmap", "mprotect", "munmap", "rseq", "rt_sigprocmask", "set_robust_list")
ABORTED = -signal.SIGABRT
KILL, ERROR = "killed", "told of an error"
SHARE = {KILL: 0.95, ERROR: 0.1}  # of the faults, that must have ended it: else nothing was injected
STAYING = {".changed", ".lock", ".numbers"}  # hidden, and no leftovers
SHOWN = 5  # problems of a bar, in the table
TRACED_S = 20.0  # within which a tracer is there
TMPFS_BYTES = 64 << 10


class Fault(NamedTuple):
    """What is injected: a signal or an error in place of the nth call of a name."""

    call: str
    nth: int
    what: str  # in strace's words


Versions = tuple[int, ...]


class Deed(NamedTuple):
    """What is done to a registry while faults are injected, and which versions may be there after each exit status."""

    who: str
    job: Job  # into a copy of its registry
    allowed: Mapping[int, tuple[Versions, ...]]


class Reader:
    """Reads one registry after another without pause, and keeps what it could not read."""

    def __init__(self, root: Path) -> None:
        self.reads = 0
        self.problems: list[str] = []
        self._root = root
        self._reading = threading.Lock()
        self._ended = threading.Event()

    def move(self, root: Path) -> None:
        """Read there from now on, and the old one no more."""
        with self._reading:
            self._root = root

    @contextmanager
    def running(self) -> Iterator["Reader"]:
        """Read while the body runs."""
        thread = threading.Thread(target=self._run)
        thread.start()
        try:
            yield self
        finally:
            self._ended.set()
            thread.join()

    def _run(self) -> None:
        while not self._ended.is_set():
            with self._reading:
                registry = Registry.at(self._root)
                try:
                    registry.open(*registry.resolve(parse_reference(NAME)))
                except RollcastError as error:
                    self.problems.append(f"the reader: {error}")
                self.reads += 1
            time.sleep(0.01)  # lets the other have the lock, and the publishers a core


def publish_faults(quick: bool) -> Iterable[Bar]:
    """Kill, fail and crowd publishers."""
    if shutil.which("strace") is None:
        raise SystemExit("the drill publish_faults needs strace, which is not installed")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        seed, two = home / "seed", home / "two"
        for root, count in ((seed, 1), (two, 2)):
            for _ in range(count):
                publish_random(Registry.at(root), NAME, SPEC)
        with forked_publisher(seed) as publisher, Reader(seed).running() as reader:
            for deed in (publishing(seed), pruning(two)):
                calls = _calls(publisher, deed, home)
                points = [(call, nth) for call, count in sorted(calls.items()) for nth in range(1, count + 1)]
                if quick:
                    points = [(call, nth) for call, nth in points if call in CHANGING]
                kills = [Fault(*point, "signal=KILL") for point in points]
                errors = [
                    Fault(*point, f"error={error}")
                    for number, point in enumerate(points[::2] if quick else points)
                    for error in ([ERRORS[number % 2]] if quick else ERRORS)
                    if point[0] not in NO_FILES
                ]
                yield _injected(KILL, kills, publisher, reader, deed, home)
                yield _injected(ERROR, errors, publisher, reader, deed, home)
            yield _crowd(publisher, reader, seed, home / "crowd", *((8, 1) if quick else (16, 3)))
            yield _full_disk(publisher, reader, seed, home / "full", 12 if quick else 40)
            yield Bar(
                "a reader meanwhile",
                f"{reader.reads} reads, {_told(reader.problems)}",
                "each finds a whole version",
                reader.reads > 0 and not reader.problems,
            )


def publishing(root: Path) -> Deed:
    """Publishing version 2 beside version 1."""
    allowed = {0: ((1, 2),), GIVEN_UP: ((1,),), KILLED: ((1,), (1, 2))}
    return Deed("a publisher", Job(str(root), stopped=True), allowed)


def pruning(root: Path) -> Deed:
    """Removing version 1 of two; it may be gone for readers when an error keeps its files from being deleted."""
    allowed = {0: ((2,), (1, 2)), GIVEN_UP: ((1, 2), (2,)), KILLED: ((1, 2), (2,))}
    return Deed("a pruner", Job(str(root), stopped=True, keep=1), allowed)


def check(registry: Registry, status: int, deed: Deed, *, verified: bool) -> list[str]:
    """What is wrong with a registry after a deed has ended with a status.

    Then what it left is removed, as `models verify` does where `verified`, else by publishing once more.
    """
    problems = []
    versions = registry.listing()[NAME].versions
    if status not in deed.allowed:
        problems.append(f"{deed.who} ended with {status}")
    elif versions not in deed.allowed[status]:
        problems.append(f"versions {versions} after status {status}")
    if verified:
        registry.remove_leftovers()
    else:
        publish_random(registry, NAME, SPEC)
        if len(registry.listing()[NAME].versions) != len(versions) + 1:
            problems.append("the next version took another's number")
    return problems + unwhole(registry)


def unwhole(registry: Registry) -> list[str]:
    """What is wrong with any version, and every leftover."""
    problems = []
    for version in registry.listing()[NAME].versions:
        try:
            registry.open(NAME, version)
        except RollcastError as error:
            problems.append(f"version {version}: {error}")
    names = [name for folder in ("", NAME) for name in os.listdir(registry.storage.locate(folder))]
    return problems + [f"{name} is left" for name in names if name.startswith(".") and name not in STAYING]


def _injected(
    title: str, faults: list[Fault], publisher: ForkedPublisher, reader: Reader, deed: Deed, home: Path
) -> Bar:
    problems: list[str] = []
    lived: list[Fault] = []  # an error that does not matter to it does not end it
    for number, fault in enumerate(faults):
        root = Path(shutil.copytree(deed.job.root, home / f"{deed.who} {title} {number}"))
        reader.move(root)
        inject = ["-e", f"trace={fault.call}", "-e", f"inject={fault.call}:{fault.what}:when={fault.nth}"]
        status = _traced(publisher, deed.job._replace(root=str(root)), [*inject, "-o", os.devnull])
        if status == ABORTED and fault.call in OF_THREADS:
            status = KILLED
        if status == 0:
            lived.append(fault)
        found = check(Registry.at(root), status, deed, verified=number % 2 == 0)
        problems += [f"{fault.what} at {fault.call} {fault.nth}: {problem}" for problem in found]
        reader.move(Path(deed.job.root))
        shutil.rmtree(root)
    judged, spared = (sum(fault.call not in OF_THREADS for fault in each) for each in (faults, lived))
    return Bar(
        f"{deed.who} is {title} at a system call",
        f"{len(faults)} faults, {len(faults) - len(lived)} ended it, {_told(problems)}",
        "old or new, never half; an error is a RegistryError; nothing is left",
        not problems and judged - spared > SHARE[title] * judged,
    )


def _calls(publisher: ForkedPublisher, deed: Deed, home: Path) -> Counter[str]:
    """How often each system call is made."""
    root, log = shutil.copytree(deed.job.root, home / f"{deed.who} counted"), home / "log"
    status = _traced(publisher, deed.job._replace(root=str(root)), ["-o", str(log)])
    if status != 0:
        raise SystemExit(f"{deed.who} that is only watched ended with {status}")
    # "PID name(arguments) = result"; what is said of signals and of the end has no name.
    words = [line.split(maxsplit=1)[1] for line in log.read_text().splitlines()]
    return Counter(word.partition("(")[0] for word in words if word[0].isalpha())


def _traced(publisher: ForkedPublisher, job: Job, options: list[str]) -> int:
    """Do a job that stops itself first under strace; the exit status."""
    (pid,) = publisher.start(job)
    _wait_for(Path(f"/proc/{pid}/stat"), lambda text: text.rpartition(")")[2].split()[0] == "T")
    strace = subprocess.Popen(["strace", "-f", "-qq", "-p", str(pid), *options], stderr=subprocess.DEVNULL)
    try:
        _wait_for(Path(f"/proc/{pid}/status"), lambda text: "TracerPid:\t0\n" not in text)
        os.kill(pid, signal.SIGCONT)
        (status,) = publisher.wait()
    finally:
        with suppress(subprocess.TimeoutExpired):
            strace.wait(TRACED_S)
        strace.kill()
        strace.wait()
    return status


def _crowd(publisher: ForkedPublisher, reader: Reader, seed: Path, root: Path, publishers: int, times: int) -> Bar:
    """Many publish at once."""
    shutil.copytree(seed, root)
    reader.move(root)
    publisher.start(Job(str(root), publishers, times))
    statuses = publisher.wait()
    registry = Registry.at(root)
    problems = unwhole(registry)
    versions = registry.listing()[NAME].versions
    expected = tuple(range(1, 2 + publishers * times))
    return Bar(
        f"{publishers} publishers at once, {times} times each",
        f"{len(versions) - 1} new versions, {_told(problems)}",
        f"{publishers * times} new versions, all whole, none lost",
        versions == expected and not problems and not any(statuses),
    )


def _full_disk(publisher: ForkedPublisher, reader: Reader, seed: Path, root: Path, tries: int) -> Bar:
    """Publish until a file system of 64 KiB is full, prune, and publish again."""
    root.mkdir()
    what, bar = f"a disk of {TMPFS_BYTES >> 10} KiB fills up", "refused when full; pruning makes room"
    mount = ["mount", "-t", "tmpfs", "-o", f"size={TMPFS_BYTES}", "none", str(root)]
    if os.geteuid() != 0 or subprocess.run(mount, stderr=subprocess.DEVNULL, check=False).returncode:
        return Bar(what, "mounting it needs root", bar, met=True, skipped=True)
    try:
        shutil.copytree(seed / NAME, root / NAME)
        reader.move(root)
        registry, statuses = Registry.at(root), [0]
        for padding in range(tries):  # of other sizes, so that space runs out at other moments
            publisher.start(Job(str(root), padding=2048 * (padding % 4)))
            statuses += publisher.wait()
        full = unwhole(registry)
        count = len(registry.listing()[NAME].versions)
        if statuses.count(0) != count or statuses.count(GIVEN_UP) != len(statuses) - count:
            full.append(f"{count} versions after the statuses {sorted(statuses)}")
        removed = prune(registry, NAME, keep=1)
        publisher.start(Job(str(root)))
        again = publisher.wait() == [0] and not unwhole(registry)
        return Bar(
            what,
            f"{count - 1} published, {statuses.count(GIVEN_UP)} refused, {_told(full)}; {len(removed)} pruned",
            bar,
            bool(statuses.count(GIVEN_UP) and removed and again and not full),
        )
    finally:
        reader.move(seed)
        subprocess.run(["umount", "--lazy", str(root)], check=True)


def _wait_for(path: Path, ready: Callable[[str], bool]) -> None:
    """Wait until a file says what is waited for; raises TimeoutError."""
    given_up_s = time.monotonic() + TRACED_S
    while not ready(path.read_text()):
        if time.monotonic() > given_up_s:
            raise TimeoutError(f"{path} does not say that the publisher is stopped and traced")
        time.sleep(0.001)


def _told(problems: list[str]) -> str:
    return "nothing wrong" if not problems else f"{len(problems)} wrong: {'; '.join(problems[:SHOWN])}"
