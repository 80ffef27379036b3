"""Rollouts over HTTP: many at once against the plain loop and the machine's limit, and what a step costs."""

import json
import time
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks.harness.load import Load, put, warm_up
from benchmarks.harness.processes import Server, rollcast
from benchmarks.harness.published import SHAPES
from benchmarks.measures.in_process import HORIZON, plain_loop
from benchmarks.peers.machine import product_rates
from benchmarks.results import Measurement
from benchmarks.timing import Plan, alternate, medians, ratio

CLIENTS = 16
HORIZONS = (100, 300, 1_000, 3_000, 10_000)


def measure(plan: Plan, registry: Path) -> list[Measurement]:
    """Every row about rollouts over HTTP."""
    with rollcast(registry) as served:
        return [_against_loop(plan, served), _against_machine(plan, served)]


def _rate(plan: Plan, served: Server, model: str) -> Callable[[], float]:
    load = Load(model, CLIENTS, HORIZON)
    warm_up(load, served)
    return lambda: put(load, served, plan.load_s).rate


def _against_loop(plan: Plan, served: Server) -> Measurement:
    works = {"state": _rate(plan, served, "lstm-64-state"), "plain loop": plain_loop("lstm-64")}
    works["window"] = _rate(plan, served, "lstm-64")
    figures = alternate(works, plan.rounds)
    return Measurement(
        f"{CLIENTS} clients, rollouts of {HORIZON}, LSTM(64), window 48, state mode",
        "plain ONNX loop's rollouts/s",
        ratio(figures, "state", "plain loop"),
        "at least",
        15,
        measured=medians(figures, unit="/s"),
    )


def _against_machine(plan: Plan, served: Server) -> Measurement:
    spec = SHAPES["lstm-300"]
    units, gates = spec.units[0], 4
    useful = HORIZON * spec.window * 2 * gates * units * (units + 1)  # one feature
    rate = _rate(plan, served, "lstm-300")
    works = {"rollcast": lambda: useful * rate(), "product": lambda: product_rates()["all"]}
    figures = alternate(works, plan.rounds)
    measured = medians(figures, 1e-9, "GFLOP/s")
    measured["one core's product"] = product_rates()["one"] / 1e9
    return Measurement(
        f"{CLIENTS} clients, rollouts of {HORIZON}, LSTM(300), window mode: useful arithmetic",
        "float32 matrix product's rate, all cores",
        ratio(figures, "rollcast", "product"),
        "at least",
        0.55,
        measured=measured,
    )


def measure_horizons(plan: Plan, registry: Path) -> list[Measurement]:
    """What a step costs, and what memory the service takes, by the horizon."""
    horizons = [each for each in HORIZONS if each <= plan.longest_horizon]
    peaks: dict[int, list[int]] = {each: [] for each in horizons}
    with rollcast(registry) as served:
        connection = HTTPConnection("127.0.0.1", served.port)

        def step_s(horizon: int) -> Callable[[], float]:
            requests = max(1, 1000 // horizon)

            def work() -> float:
                served.forget_peak()
                begun = time.perf_counter()
                for _ in range(requests):
                    _ask(connection, "lstm-300", horizon)
                taken = time.perf_counter() - begun
                peaks[horizon].append(served.peak_bytes)
                return taken / requests / horizon

            return work

        works = {f"H={horizon:,}": step_s(horizon) for horizon in horizons}
        for work in works.values():  # from short to long, for a process rarely gives memory back
            work()
        memory = {f"H={horizon:,} MB": each[0] / 1e6 for horizon, each in peaks.items()}
        figures = alternate(works, plan.rounds)
        connection.close()
    steps = [median(each) for each in figures.values()]
    span = f"H = {horizons[0]:,} to {horizons[-1]:,}"
    title = f"one rollout, LSTM(300), window mode, {span}"
    return [
        Measurement(
            f"{title}: time per step",
            "dearest by cheapest horizon",
            max(steps) / min(steps),
            "at most",
            1.15,
            measured=medians(figures, 1e6, "us"),
        ),
        Measurement(
            f"{title}: peak memory",
            "largest by smallest",
            max(memory.values()) / min(memory.values()),
            "at most",
            1.05,
            measured=memory,
        ),
    ]


def _ask(connection: HTTPConnection, model: str, horizon: int) -> None:
    window = np.sin(np.arange(SHAPES[model].window) / 10).tolist()
    body = json.dumps({"model": model, "window": window, "horizon": horizon})
    connection.request("POST", "/predict", body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    content = answer.read()
    if answer.status != 200:
        raise SystemExit(f"the service answered {answer.status}: {content.decode()}")
