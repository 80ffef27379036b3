"""How soon a service of many models is ready, and what memory one takes that has answered for long."""

import json
import os
import time
from http.client import HTTPConnection
from pathlib import Path
from statistics import median

from benchmarks.harness.load import Load, put
from benchmarks.harness.processes import ROOT, Server, rollcast
from benchmarks.harness.published import SHAPES
from benchmarks.results import Measurement
from benchmarks.timing import Plan
from models.spec.manifest_seal import sealed

MODELS, COLD = 1000, 20
REFERENCES = (Load("sine-lstm", 32, 1, 10), Load("sine-simple-rnn", 32, 1, 6), Load("victoria-demand", 32, 1, 479))


def copies(source: Path, target: Path, count: int) -> None:
    """A registry of so many models, each the same published version under another name."""
    manifest = json.loads((source / "manifest.json").read_text())
    for number in range(count):
        folder = target / f"copy-{number:04}" / "1"
        folder.mkdir(parents=True)
        os.link(source / "model.onnx", folder / "model.onnx")
        (folder / "manifest.json").write_bytes(sealed({**manifest, "name": f"copy-{number:04}"}))


def measure_many(plan: Plan, registry: Path, folder: Path) -> list[Measurement]:
    """Start-up with many models, and the first answer of one that was not opened then."""
    copies(registry / "lstm-64" / "1", folder, MODELS)
    started, first = [], []
    for round_ in range(plan.rounds):
        with rollcast(folder) as served:
            started.append(served.started_s)
            unopened = range(MODELS - (round_ + 1) * COLD, MODELS - round_ * COLD)
            first += [_first_answer_s(served, f"copy-{number:04}") for number in unopened]
    title = f"{MODELS:,} models in the registry"
    return [
        Measurement(f"{title}: ready after", "", median(started), "at most", 2, "s", {"slowest": max(started)}),
        Measurement(
            f"{title}: a cold model's first answer",
            "",
            1e3 * median(first),
            "at most",
            100,
            "ms",
            {"slowest": 1e3 * max(first)},
        ),
    ]


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
