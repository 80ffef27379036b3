"""Next values over HTTP: against a bare echo and against a FastAPI route with an inline call."""

from collections.abc import Callable
from pathlib import Path

from benchmarks.harness.load import Load, behind, put, warm_up
from benchmarks.harness.processes import Server, rollcast, under_uvicorn
from benchmarks.results import Measurement
from benchmarks.timing import Plan, alternate, medians, ratio

CONNECTIONS = 64
ROLLOUTS = Load("lstm-300", connections=8, horizon=1000)
BESIDE = 16  # connections that ask for next values beside the rollouts


def measure(plan: Plan, registry: Path) -> list[Measurement]:
    """Every row about next values."""
    with (
        rollcast(registry) as served,
        under_uvicorn("benchmarks.peers.echo:app") as echo,
        under_uvicorn("benchmarks.peers.inline:app", {"BENCHMARKS_REGISTRY": str(registry)}) as inline,
    ):
        servers = {"rollcast": served, "echo": echo, "inline": inline}
        return [
            *_throughput(plan, servers, "simple-rnn-100", "SimpleRNN(100)", {"echo": 0.30}),
            *_throughput(plan, servers, "lstm-300", "LSTM(300)", {"inline": 2, "echo": 0.18}),
            _alone(plan, servers),
            *(_beside_rollouts(plan, served, connections) for connections in (BESIDE, 1)),
        ]


def _throughput(
    plan: Plan, servers: dict[str, Server], model: str, title: str, bars: dict[str, float]
) -> list[Measurement]:
    load = Load(model, CONNECTIONS)

    def rate(server: Server) -> Callable[[], float]:
        warm_up(load, server)
        return lambda: put(load, server, plan.load_s).rate

    figures = alternate({name: rate(server) for name, server in servers.items()}, plan.rounds)
    names = {"echo": "bare ASGI echo's requests/s", "inline": "inline FastAPI route's requests/s"}
    return [
        Measurement(
            f"next value, {title}, {CONNECTIONS} connections",
            names[below],
            ratio(figures, "rollcast", below),
            "at least" if below in bars else "",
            bars.get(below),
            measured=medians(figures, unit="/s"),
        )
        for below in ("echo", "inline")
    ]


def _alone(plan: Plan, servers: dict[str, Server]) -> Measurement:
    load = Load("simple-rnn-100", 1)

    def p50(server: Server) -> Callable[[], float]:
        return lambda: put(load, server, plan.load_s).p50_s

    figures = alternate({name: p50(servers[name]) for name in ("rollcast", "echo")}, plan.rounds)
    return Measurement(
        "next value, SimpleRNN(100), 1 connection: p50",
        "bare ASGI echo's p50",
        ratio(figures, "rollcast", "echo"),
        "at most",
        3,
        measured=medians(figures, 1e3, "ms"),
    )


def _beside_rollouts(plan: Plan, served: Server, connections: int) -> Measurement:
    load = Load("lstm-300", connections)

    def beside() -> float:
        with behind(ROLLOUTS, served):
            warm_up(load, served)  # until the rollouts are under way
            return put(load, served, plan.load_s).p99_s

    works = {"alone": lambda: put(load, served, plan.load_s).p99_s, "beside": beside}
    figures = alternate(works, plan.rounds)
    barred = connections == BESIDE
    return Measurement(
        f"next value, LSTM(300), {connections} connection{'s' * barred}: p99 beside {ROLLOUTS.connections} clients "
        f"that roll out {ROLLOUTS.horizon} steps",
        "its p99 without them",
        ratio(figures, "beside", "alone"),
        "at most" if barred else "",
        6 if barred else None,
        measured=medians(figures, 1e3, "ms"),
    )
