"""Rollouts over HTTP: many at once against the plain loop and the machine's limit, and what a step costs."""

import json
import time
from collections.abc import Callable, Mapping
from functools import partial
from http.client import HTTPConnection
from pathlib import Path

import numpy as np

from benchmarks.harness.load import Load, put, warm_up
from benchmarks.harness.processes import Server, rollcast
from benchmarks.harness.published import SHAPES
from benchmarks.measures.in_process import HORIZON, plain_loop
from benchmarks.peers.machine import product_rates
from benchmarks.results import Measurement
from benchmarks.rows import Row, by, measure_rows
from benchmarks.timing import Figures, Plan, medians

CLIENTS, MANY_CLIENTS = 16, 128
HORIZONS = (100, 300, 1_000, 3_000, 10_000)


def measure(plan: Plan, registry: Path) -> list[Measurement]:
    """Every row about rollouts over HTTP."""
    with rollcast(registry) as served:
        return [*_against_loop(plan, served), *_against_machine(plan, served)]


def _rate(plan: Plan, served: Server, model: str, clients: int = CLIENTS) -> Callable[[], float]:
    load = Load(model, clients, HORIZON)
    warm_up(load, served)
    return lambda: put(load, served, plan.load_s).rate


def _against_loop(plan: Plan, served: Server) -> list[Measurement]:
    many = f"{MANY_CLIENTS} clients"
    works = {
        "state": _rate(plan, served, "lstm-64-state"),
        "plain loop": plain_loop("lstm-64"),
        many: _rate(plan, served, "lstm-64-state", MANY_CLIENTS),
        "window": _rate(plan, served, "lstm-64"),
    }
    title = f"rollouts of {HORIZON}, LSTM(64), window 48, state mode"
    rows = [
        Row(
            f"{CLIENTS} clients, {title}",
            "plain ONNX loop's rollouts/s",
            by("state", "plain loop"),
            "at least",
            20,
        ),
        # The time per rollout is one by the rate.
        Row(f"{many}, {title}: time per rollout", f"that of {CLIENTS} clients", by("state", many), "at most", 1),
    ]
    return measure_rows(plan, works, rows, partial(medians, unit="/s"))


def _against_machine(plan: Plan, served: Server) -> list[Measurement]:
    spec = SHAPES["lstm-300"]
    units, gates = spec.units[0], 4
    useful = HORIZON * spec.window * 2 * gates * units * (units + 1)  # one feature
    rate = _rate(plan, served, "lstm-300")
    works = {"rollcast": lambda: useful * rate(), "product": lambda: product_rates()["all"]}
    row = Row(
        f"{CLIENTS} clients, rollouts of {HORIZON}, LSTM(300), window mode: useful arithmetic",
        "float32 matrix product's rate, all cores",
        by("rollcast", "product"),
        "at least",
        0.55,
    )

    def seen(figures: Figures) -> Mapping[str, float]:
        return {**medians(figures, 1e-9, "GFLOP/s"), "one core's product": product_rates()["one"] / 1e9}

    return measure_rows(plan, works, [row], seen)


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
        span = f"H = {horizons[0]:,} to {horizons[-1]:,}"
        title = f"one rollout, LSTM(300), window mode, {span}"
        row = Row(f"{title}: time per step", "dearest by cheapest horizon", dearest_by_cheapest, "at most", 1.15)
        measured = measure_rows(plan, works, [row], partial(medians, factor=1e6, unit="us"))
        connection.close()
    return [
        *measured,
        Measurement(
            f"{title}: peak memory",
            "largest by smallest",
            max(memory.values()) / min(memory.values()),
            "at most",
            1.05,
            measured=memory,
        ),
    ]


def dearest_by_cheapest(figures: Figures) -> float:
    """The largest of the works' medians by the smallest."""
    middles = medians(figures).values()
    return max(middles) / min(middles)


def _ask(connection: HTTPConnection, model: str, horizon: int) -> None:
    window = np.sin(np.arange(SHAPES[model].window) / 10).tolist()
    body = json.dumps({"model": model, "window": window, "horizon": horizon})
    connection.request("POST", "/predict", body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    content = answer.read()
    if answer.status != 200:
        raise SystemExit(f"the service answered {answer.status}: {content.decode()}")
