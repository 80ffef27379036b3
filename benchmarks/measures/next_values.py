"""Next values over HTTP: against a bare echo and against a FastAPI route with an inline call."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median

from benchmarks.harness.load import Load, behind, put, warm_up
from benchmarks.harness.processes import Server, rollcast, under_uvicorn
from benchmarks.results import Measurement
from benchmarks.rows import Row, by, measure_rows
from benchmarks.timing import Plan, medians

CONNECTIONS = 64
ROLLOUTS = Load("lstm-300", connections=8, horizon=1000)


def measure(plan: Plan, registry: Path) -> list[Measurement]:
    """Every row about next values."""
    with (
        rollcast(registry) as served,
        under_uvicorn("benchmarks.peers.echo:app") as echo,
        under_uvicorn("benchmarks.peers.inline:app", {"BENCHMARKS_REGISTRY": str(registry)}) as inline,
    ):
        servers = {"rollcast": served, "echo": echo, "inline": inline}
        return [
            *_throughput(plan, servers, "simple-rnn-100", "SimpleRNN(100)", echo_bar=0.30),
            *_throughput(plan, servers, "lstm-300", "LSTM(300)", echo_bar=0.18),
            *_tail(plan, served),
            *_one_connection(plan, servers),
            *_beside_rollouts(plan, served, 16, "16 connections", 2),
            *_beside_rollouts(plan, served, 1, "1 connection", 5),
        ]


def _throughput(
    plan: Plan, servers: dict[str, Server], model: str, title: str, *, echo_bar: float
) -> list[Measurement]:
    load = Load(model, CONNECTIONS)

    def rate(server: Server) -> Callable[[], float]:
        warm_up(load, server)
        return lambda: put(load, server, plan.load_s).rate

    works = {name: rate(server) for name, server in servers.items()}
    what = f"next value, {title}, {CONNECTIONS} connections"
    rows = [
        Row(what, "bare ASGI echo's requests/s", by("rollcast", "echo"), "at least", echo_bar),
        Row(what, "inline FastAPI route's requests/s", by("rollcast", "inline"), "at least", 2.5),
    ]
    return measure_rows(plan, works, rows, partial(medians, unit="/s"))


def _tail(plan: Plan, served: Server) -> list[Measurement]:
    load, p50s_s = Load("lstm-300", CONNECTIONS), []
    warm_up(load, served)

    def tail() -> float:
        outcome = put(load, served, plan.load_s)
        p50s_s.append(outcome.p50_s)
        return outcome.p99_s / outcome.p50_s

    row = Row(
        f"next value, LSTM(300), {CONNECTIONS} connections, nothing else: p99",
        "its p50",
        lambda figures: median(figures["p99 by p50"]),
        "at most",
        2.5,
    )
    return measure_rows(plan, {"p99 by p50": tail}, [row], lambda _: {"p50 ms": 1e3 * median(p50s_s)})


def _one_connection(plan: Plan, servers: dict[str, Server]) -> list[Measurement]:
    load = Load("simple-rnn-100", 1)

    def p50(server: Server) -> Callable[[], float]:
        return lambda: put(load, server, plan.load_s).p50_s

    works = {name: p50(servers[name]) for name in ("rollcast", "echo")}
    row = Row(
        "next value, SimpleRNN(100), 1 connection: p50", "bare ASGI echo's p50", by("rollcast", "echo"), "at most", 3
    )
    return measure_rows(plan, works, [row], partial(medians, factor=1e3, unit="ms"))


def _beside_rollouts(plan: Plan, served: Server, connections: int, title: str, bar: float) -> list[Measurement]:
    load = Load("lstm-300", connections)

    def beside() -> float:
        with behind(ROLLOUTS, served):
            warm_up(load, served)  # until the rollouts are under way
            return put(load, served, plan.load_s).p99_s

    works = {"alone": lambda: put(load, served, plan.load_s).p99_s, "beside": beside}
    row = Row(
        f"next value, LSTM(300), {title}: p99 beside {ROLLOUTS.connections} clients that roll out {ROLLOUTS.horizon} "
        "steps",
        "its p99 without them",
        by("beside", "alone"),
        "at most",
        bar,
    )
    return measure_rows(plan, works, [row], partial(medians, factor=1e3, unit="ms"))
