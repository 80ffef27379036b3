"""How soon a service of many models is ready, and what memory one takes that has answered for long."""

import json
import os
import time
from collections.abc import Callable
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from statistics import median

from benchmarks.harness.load import Load, put
from benchmarks.harness.processes import ROOT, Server, rollcast, rollcast_of
from benchmarks.harness.published import SHAPES
from benchmarks.harness.releases import Release
from benchmarks.results import Measurement
from benchmarks.rows import Row, by, measure_rows
from benchmarks.timing import Plan, medians
from models.spec.manifest_seal import sealed

MODELS, MORE_MODELS, COLD = 1000, 10_000, 20
REFERENCES = (Load("sine-lstm", 32, 1, 10), Load("sine-simple-rnn", 32, 1, 6), Load("victoria-demand", 32, 1, 479))


def copies(source: Path, target: Path, count: int) -> None:
    """A registry of so many models, each the same published version under another name."""
    manifest = json.loads((source / "manifest.json").read_text())
    for number in range(count):
        folder = target / f"copy-{number:04}" / "1"
        folder.mkdir(parents=True)
        os.link(source / "model.onnx", folder / "model.onnx")
        (folder / "manifest.json").write_bytes(sealed({**manifest, "name": f"copy-{number:04}"}))


def measure_many(plan: Plan, today: Release, before: Release, folder: Path) -> list[Measurement]:
    """Start-up with many models, and the first answer of one that was not opened then."""
    services = {"now": (today, MODELS), "before": (before, MODELS), "more": (today, MORE_MODELS)}

    def start(name: str) -> Callable[[], float]:
        release, count = services[name]
        copies(release.registry / "lstm-64/1", folder / name, count)

        def started_s() -> float:
            with rollcast_of(release.code, folder / name) as served:
                return served.started_s

        return started_s

    title = "models in the registry"
    rows = [
        Row(
            f"{MODELS:,} {title}: ready after", "the release before with the same", by("now", "before"), "at most", 0.6
        ),
        Row(f"{MORE_MODELS:,} {title}: ready after", f"with {MODELS:,}", by("more", "now"), "at most", 2),
    ]
    measured = measure_rows(plan, {name: start(name) for name in services}, rows, partial(medians, unit="s"))
    with rollcast(folder / "now") as served:
        return measured + _cold(plan, served)


def _cold(plan: Plan, served: Server) -> list[Measurement]:
    # From the end, as those at the beginning are open from the start.
    unopened = (f"copy-{number:04}" for number in reversed(range(MODELS)))
    slowest = 0.0

    def first_answers() -> float:
        nonlocal slowest
        taken = [_first_answer_s(served, next(unopened)) for _ in range(COLD)]
        slowest = max(slowest, *taken)
        return median(taken)

    row = Row(
        f"{MODELS:,} models in the registry: a cold model's first answer",
        "",
        lambda figures: 1e3 * median(figures["first answer"]),
        "below",
        20,
        "ms",
    )
    return measure_rows(plan, {"first answer": first_answers}, [row], lambda _: {"slowest ms": 1e3 * slowest})


def _first_answer_s(served: Server, model: str) -> float:
    body = json.dumps({"model": model, "window": [0.5] * SHAPES["lstm-64"].window})
    connection = HTTPConnection("127.0.0.1", served.port)
    begun = time.perf_counter()
    connection.request("POST", "/predict", body, {"Content-Type": "application/json"})
    status = connection.getresponse().status
    taken = time.perf_counter() - begun
    connection.close()
    if status != 200:
        raise SystemExit(f"a cold model's first answer was {status}")
    return taken


def measure_memory(plan: Plan) -> list[Measurement]:
    """Resident memory of a service with the three reference models."""
    with rollcast(ROOT / "models/artifacts") as served:
        fresh = served.rss_bytes
        half = _rss_after(served, plan.requests // 2, plan.load_s)
        whole = _rss_after(served, plan.requests - plan.requests // 2, plan.load_s)
    title = f"three models, {plan.requests:,} requests"
    return [
        Measurement(f"{title}: resident memory", "", whole / 1e6, "at most", 200, "MB", {"at first MB": fresh / 1e6}),
        Measurement(
            f"{title}: growth over the second half",
            "memory after the first half",
            100 * (whole / half - 1),
            "at most",
            1,
            "%",
            {"half MB": half / 1e6, "whole MB": whole / 1e6},
        ),
    ]


def _rss_after(served: Server, requests: int, load_s: float) -> int:
    """The resident memory after so many requests at least, spread over the models; a few are rollouts."""
    answered = 0
    while answered < requests:
        for load in REFERENCES:
            answered += put(load, served, load_s).requests
            answered += put(load._replace(horizon=100, connections=4), served, load_s / 3).requests
    return served.rss_bytes
