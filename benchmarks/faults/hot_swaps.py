"""Versions that come, go, break and are mended under load: nothing fails, and every answer is its own version's."""

import json
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.faults.kinds.registry import flipped, halved
from benchmarks.harness.bars import Bar
from benchmarks.harness.processes import ROOT, Server, rollcast
from benchmarks.harness.published import publish_random, spec
from benchmarks.harness.traffic import Answer, Traffic, traffic
from models.registry.registry import Registry

Version = tuple[str, int]

SPEC = spec("lstm", 32, 24)
WINDOW = np.sin(np.arange(SPEC.context_length) / 10)  # that of the goldens
# Of the clients' requests. Rollouts begin with one version and end when another has taken its place.
HORIZONS = (1, 1, 1, 30)
TOLERANCE, UNLIKE = 1e-4, 1e-3  # in the network's units, which are the raw ones here
SEEN_S = 20.0  # a change that takes longer is lost
CALM_S = 0.05  # after each swap, to measure what it is like without one
# Room for four open models: the versions of `hot` take turns, so that each is opened anew when its turn comes.
OPEN_BYTES = 3_500_000
SLOW_S = 1.5
# Run by the server's interpreter as it starts.
FAULT = f"""
import time
from models.registry.registry import Registry
real = Registry.open
def slow(self, name, *rest, **named):
    if name == "slow":
        time.sleep({SLOW_S})
    return real(self, name, *rest, **named)
Registry.open = slow
"""


class Span(NamedTuple):
    """A time in which answers are compared; of a swap, from its being made known until it was first seen."""

    begun_s: float
    ended_s: float

    def has(self, answer: Answer) -> bool:
        """Whether an answer was asked for in it."""
        return self.begun_s <= answer.begun_s < self.ended_s


class Stage:
    """The registry that is changed, the server that must notice, and what each version's first steps are."""

    def __init__(self, folder: Path) -> None:
        self.registry, self.spare = Registry.at(folder / "registry"), Registry.at(folder / "spare")
        self.steps: dict[Version, NDArray[np.float64]] = {}
        self.swaps: list[Span] = []
        self.calm: list[Span] = []
        self.refused: list[bool] = []  # of each bad version, whether it was refused and the old one served on
        for name in ("hot",) * 4 + ("bare",) * 2 + ("slow",):
            self.publish(self.registry, name)
        self.registry.promote("hot", 1)
        shutil.copytree(folder / "registry" / "bare", folder / "spare" / "bare")
        self.publish(self.spare, "bare")  # the third, which is to come and go

    def publish(self, registry: Registry, name: str) -> int:
        """Publish a version whose answers are unlike those of all others; its number."""
        for seed in range(len(self.steps), 10_000):
            manifest = publish_random(registry, name, SPEC, seed)
            _, forecaster = registry.open(name, manifest.version)
            steps = forecaster.forecast(WINDOW[None, :, None], max(HORIZONS))[0, :, 0]
            if all(abs(steps[0] - other[0]) > UNLIKE for other in self.steps.values()):
                break
            shutil.rmtree(registry.storage.locate(f"{name}/{manifest.version}"))
        np.testing.assert_allclose(steps[:3], np.array(manifest.goldens[0].predictions)[:, 0], atol=TOLERANCE)
        self.steps[name, manifest.version] = steps
        return manifest.version

    def folder(self, name: str, version: int) -> Path:
        """Where a version lies."""
        return Path(self.registry.storage.locate(f"{name}/{version}"))

    def is_right(self, answer: Answer) -> bool:
        """Whether an answer's numbers are those of the version that it names. All versions are unlike each other."""
        content = json.loads(answer.body)
        given = np.array(content["predictions"])
        return bool(np.abs(given - self.steps[content["model"], content["version"]][: len(given)]).max() < TOLERANCE)


class Play:
    """The changes themselves, one after another, while clients ask."""

    def __init__(self, stage: Stage, server: Server, running: Traffic) -> None:
        self.stage, self.server, self.running = stage, server, running

    def swap(self, number: int) -> None:
        """One swap: by promoting, by publishing, by removing or by restoring; noticed on SIGHUP or by polling."""
        stage = self.stage
        match number % 10:
            case 7:
                stage.folder("bare", 2).rename(stage.folder("bare", 2).with_name(".aside"))
                self.until_seen("bare", 1)
            case 8:
                stage.folder("bare", 2).with_name(".aside").rename(stage.folder("bare", 2))
                self.until_seen("bare", 2)
            case kind:
                version = stage.publish(stage.registry, "hot") if kind == 9 else 1 + (number + 1) % 4
                stage.registry.promote("hot", version)
                self.until_seen("hot", version, polled=kind == 6)

    def break_and_mend(self, damage: Callable[[bytes], bytes]) -> None:
        """A bad version is copied in and refused; mended it serves; it is removed again: two swaps more."""
        stage, target = self.stage, self.stage.folder("bare", 3)
        graph = Path(stage.spare.storage.locate("bare/3")) / "model.onnx"
        shutil.copytree(graph.parent, target.with_name(".new"))
        (target.with_name(".new") / "model.onnx").write_bytes(damage(graph.read_bytes()))
        target.with_name(".new").rename(target)
        begun = time.perf_counter()
        os.kill(self.server.pid, signal.SIGHUP)
        while not (refused := self._refuses("bare", 3)) and time.perf_counter() - begun < SEEN_S:
            time.sleep(0.005)
        time.sleep(CALM_S)
        since = [each.body for each in list(self.running.answers) if each.begun_s > begun and b'"bare"' in each.body]
        stage.refused.append(refused and bool(since) and all(b'"version":2,' in body for body in since))
        shutil.copyfile(graph, target / "model.onnx")
        self.until_seen("bare", 3)
        shutil.rmtree(target)
        self.until_seen("bare", 2)

    def until_seen(self, name: str, version: int, *, polled: bool = False) -> None:
        """Make known what has changed, unless it is to be noticed by polling, and wait until a version answers."""
        begun, looked_at = time.perf_counter(), len(self.running.answers)
        if not polled:
            os.kill(self.server.pid, signal.SIGHUP)
        words = f'"model":"{name}","version":{version},'.encode()
        while time.perf_counter() - begun < SEEN_S:
            fresh = self.running.answers[looked_at:]
            looked_at += len(fresh)
            seen = [each.begun_s for each in fresh if each.begun_s > begun and words in each.body]
            if seen:
                self.stage.swaps.append(Span(begun, seen[0]))
                time.sleep(CALM_S)
                self.stage.calm.append(Span(time.perf_counter() - CALM_S / 2, time.perf_counter()))
                return
            time.sleep(0.002)
        raise SystemExit(f"{name}@{version} did not answer within {SEEN_S:g} s")

    def _refuses(self, name: str, version: int) -> bool:
        refused = json.loads(_get(self.server, "/readyz"))["refused"]
        return any((each["model"], each["version"]) == (name, version) for each in refused)

    def beside_a_slow_opening(self) -> dict[str, float]:
        """What else was asked while a version took long to open, and the longest that each took, in seconds."""
        slowest: dict[str, float] = {}
        large = json.dumps({"model": "hot", "windows": [WINDOW.tolist()] * 100}).encode()
        works: dict[str, Callable[[], object]] = {
            "models": lambda: _get(self.server, "/models"),
            "ready": lambda: _get(self.server, "/readyz"),
            "card": lambda: _get(self.server, "/models/hot/versions/1"),
            "card of a closed version": lambda: _get(self.server, "/models/hot/versions/2"),
            "large body": lambda: _get(self.server, "/predict", large),
        }
        with ThreadPoolExecutor() as pool:
            slow = pool.submit(_get, self.server, "/predict", json.dumps(_request("slow", 1)).encode())
            time.sleep(SLOW_S / 5)
            for name, work in works.items():
                begun = time.perf_counter()
                work()
                if not slow.done():
                    slowest[name] = time.perf_counter() - begun
            slow.result(SEEN_S)
        return slowest


def hot_swaps(quick: bool) -> Iterable[Bar]:
    """Swap versions by promoting, publishing, removing and restoring, with broken ones between them."""
    count = 10 if quick else 500
    with tempfile.TemporaryDirectory(prefix="rollcast-faults-") as name:
        folder = Path(name)
        stage = Stage(folder)
        (folder / "sitecustomize.py").write_text(FAULT)
        variables = {
            "ROLLCAST_POLL_S": "0.3",
            "ROLLCAST_OPEN_BYTES": str(OPEN_BYTES),
            "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}",
        }
        with (
            rollcast(folder / "registry", "--preload", "2", **variables) as server,
            traffic(server.port, _ask, clients=len(HORIZONS)) as running,
        ):
            play, rate = Play(stage, server, running), running.wait_for_load()
            for number in range(count):
                play.swap(number)
                if number % 20 == 9:
                    play.break_and_mend(flipped if number % 40 == 9 else halved)
            if quick:
                play.break_and_mend(halved)
            beside = play.beside_a_slow_opening()
        yield from _bars(stage, running, rate, beside)


def _bars(stage: Stage, running: Traffic, rate: float, beside: dict[str, float]) -> Iterator[Bar]:
    answers = [each for each in running.answers if each.status == 200]
    failed, wrong = running.failed(), sum(not stage.is_right(each) for each in answers)
    took = np.median([span.ended_s - span.begun_s for span in stage.swaps])
    swaps = f"{len(stage.swaps)} hot swaps under load"
    yield Bar(swaps, f"{len(failed)} of {len(running.answers)} failed, {rate:.0f}/s", "0 failed", not failed)
    yield Bar(swaps, f"{wrong} of {len(answers)} unlike", "each answer the named version's golden's", not wrong)
    during, calm = (_p99(answers, spans) for spans in (stage.swaps, stage.calm))
    measured = f"{1e3 * during:.2f} ms, {during / calm:.2f} times {1e3 * calm:.2f} ms; swapped in {1e3 * took:.0f} ms"
    yield Bar("next values' p99 during a swap", measured, "under twice that without", during < 2 * calm, timed=True)
    held = f"{sum(stage.refused)} of {len(stage.refused)}"
    yield Bar("flipped or truncated graph: refused, the old version serves on", held, "all", all(stage.refused))
    slowest = max(beside.values(), default=0.0)
    answered = f"{len(beside)} of 5 before its end, the slowest in {1e3 * slowest:.0f} ms"
    yield Bar(f"an opening that takes {SLOW_S:g} s holds up nothing else", answered, "5 of 5", len(beside) == 5)


def _p99(answers: list[Answer], spans: list[Span]) -> float:
    """The next values' 99th percentile of those asked for in any of some spans, in seconds."""
    starts = np.array([span.begun_s for span in spans])
    times = []
    for each in answers:
        span = spans[max(0, int(np.searchsorted(starts, each.begun_s, "right")) - 1)]
        if span.has(each) and b"," not in each.body.partition(b'"predictions":')[2]:
            times.append(each.took_s)
    return float(np.quantile(times, 0.99))


def _request(name: str, horizon: int) -> dict[str, Any]:
    return {"model": name, "window": WINDOW.tolist(), "horizon": horizon}


def _ask(client: int, number: int) -> tuple[str, bytes]:
    return "/predict", json.dumps(_request(("hot", "bare")[number % 2], HORIZONS[client])).encode()


def _get(server: Server, path: str, body: bytes | None = None) -> bytes:
    """An answer with status 200, on a connection of its own; a POST where there is a body."""
    connection = HTTPConnection("127.0.0.1", server.port, timeout=SEEN_S)
    try:
        connection.request("GET" if body is None else "POST", path, body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        content = response.read()
    finally:
        connection.close()
    if response.status != 200:
        raise SystemExit(f"{path} answered {response.status}: {content[:200]!r}")
    return content
