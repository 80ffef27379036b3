"""python -m benchmarks.curves: how cost grows, measured and drawn into docs/performance/.

Takes about four minutes on two cores. With --draw it draws the figures of the last run again.
"""

import argparse
import json
import tempfile
from pathlib import Path
from statistics import median

from benchmarks.drawing import draw
from benchmarks.harness.load import Load, check_wrk, put
from benchmarks.harness.processes import ROOT, rollcast, under_uvicorn
from benchmarks.harness.published import SHAPES, graph, publish_all, spec
from benchmarks.measures import open_models
from benchmarks.measures.in_process import client, windows
from benchmarks.timing import alternate, timed
from models.graphs.onnx_network import OnnxNetwork
from models.spec.model_spec import ModelSpec

FOLDER = ROOT / "docs/performance"
ROUNDS = 5

# Name of the line -> its points.
Curve = dict[str, list[tuple[float, float]]]


def rollouts(shapes: dict[str, dict[float, ModelSpec]], horizon: int = 100) -> Curve:
    """Milliseconds of one client's rollout in process, by what the shapes differ in."""
    points = {(name, at): of for name, line in shapes.items() for at, of in line.items()}
    with client() as running:
        works = {}
        for (name, at), of in points.items():
            network, context = OnnxNetwork(graph(of)), windows(of)
            works[f"{name}|{at}"] = timed(
                lambda network=network, of=of, context=context: running.forecast(network, of, context, horizon)  # type: ignore[misc]
            )
        figures = alternate(works, ROUNDS)
    return {name: [(at, 1e3 * min(figures[f"{name}|{at}"])) for at in line] for name, line in shapes.items()}


def by_units() -> Curve:
    """The network's width."""
    units = (8, 16, 32, 64, 128, 256, 512)
    return rollouts(
        {
            "LSTM, window mode, window 10": {size: spec("lstm", size, 10) for size in units},
            "LSTM, state mode": {size: spec("lstm", size, 10, "state") for size in units},
            "SimpleRNN, window mode, window 10": {size: spec("simple_rnn", size, 10) for size in units},
        }
    )


def by_window() -> Curve:
    """The window's length."""
    lengths = (5, 10, 20, 48, 100, 200, 336)
    return rollouts(
        {
            "LSTM(64), window mode": {length: spec("lstm", 64, length) for length in lengths},
            "LSTM(64), state mode": {length: spec("lstm", 64, length, "state") for length in lengths},
        }
    )


def by_horizon() -> Curve:
    """The horizon: what each step costs, in microseconds."""
    names = {"LSTM(300), window mode": "lstm-300", "LSTM(64), window mode": "lstm-64"}
    names |= {"LSTM(300), state mode": "lstm-300-state", "LSTM(64), state mode": "lstm-64-state"}
    curve: Curve = {name: [] for name in names}
    for horizon in (1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000):
        found = rollouts({name: {horizon: SHAPES[key]} for name, key in names.items()}, horizon)
        for name, [(_, taken)] in found.items():
            curve[name].append((horizon, 1e3 * taken / horizon))
    return curve


def by_batch() -> Curve:
    """How many requests roll out 100 steps at once: rollouts per second, in process."""
    names = {"LSTM(300), window mode": "lstm-300", "LSTM(64), window mode": "lstm-64"}
    names |= {"LSTM(300), state mode": "lstm-300-state", "LSTM(64), state mode": "lstm-64-state"}
    curve: Curve = {name: [] for name in names}
    with client() as running:
        for name, key in names.items():
            of = SHAPES[key]
            network = OnnxNetwork(graph(of))
            for rows in (1, 2, 4, 8, 16, 32, 64, 128, 256):
                contexts = windows(of, rows)
                work = timed(lambda contexts=contexts: running.forecast(network, of, contexts, 100))  # type: ignore[misc]  # noqa: B023
                curve[name].append((rows, rows / min(work() for _ in range(ROUNDS))))
    return curve


def by_connections() -> Curve:
    """How many connections ask for next values: requests per second."""
    curve: Curve = {}
    with tempfile.TemporaryDirectory(prefix="rollcast-bench-") as folder:
        registry = Path(publish_all(Path(folder)).storage.location)
        with rollcast(registry) as served, under_uvicorn("benchmarks.peers.echo:app") as echo:
            lines = {"bare ASGI echo": (echo, "simple-rnn-100")}
            lines |= {"SimpleRNN(100)": (served, "simple-rnn-100"), "LSTM(300)": (served, "lstm-300")}
            for connections in (1, 4, 16, 64, 256):
                for name, (server, model) in lines.items():
                    rates = [put(Load(model, connections), server, 1).rate for _ in range(ROUNDS)]
                    curve.setdefault(name, []).append((connections, median(rates)))
    return curve


def by_models() -> tuple[Curve, Curve]:
    """How many models are open: resident megabytes, and seconds until the service is ready."""
    memory: Curve = {}
    start: Curve = {}
    for name, of in open_models.SIZES.items():
        weights = open_models.measure(of, used=0)
        memory[name] = [(each.models, each.rss_bytes / 1e6) for each in weights]
        start[name] = [(each.models, each.started_s) for each in weights]
    return memory, start


def main() -> None:
    """Measure, keep the points, draw."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.curves", description="Measure and draw curves.")
    parser.add_argument("--draw", action="store_true", help="draw the last run's points again")
    points = FOLDER / "curves.json"
    if not parser.parse_args().draw:
        check_wrk()
        FOLDER.mkdir(parents=True, exist_ok=True)
        curves = {"units": by_units(), "window": by_window(), "horizon": by_horizon(), "batch": by_batch()}
        curves["connections"] = by_connections()
        curves["models"], curves["start"] = by_models()
        rounded = {
            title: {name: [(at, float(f"{value:.4g}")) for at, value in line] for name, line in curve.items()}
            for title, curve in curves.items()
        }
        points.write_text(json.dumps(rounded, indent=None, separators=(",", ":")) + "\n")
    draw(json.loads(points.read_text()), FOLDER)


if __name__ == "__main__":
    main()
