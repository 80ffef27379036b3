"""What memory and what start-up each open model takes: `rollcast serve` with more and more of them."""

import json
import tempfile
from collections.abc import Sequence
from http.client import HTTPConnection
from pathlib import Path
from typing import NamedTuple

from benchmarks.harness.processes import rollcast
from benchmarks.harness.published import SHAPES, publish_random, spec
from benchmarks.measures.footprint import copies
from models.registry.registry import Registry
from models.spec.model_spec import ModelSpec

SIZES = {"LSTM(3), window 4": spec("lstm", 3, 4), "LSTM(64), window 48": SHAPES["lstm-64"]}
SIZES["LSTM(300), window 10"] = SHAPES["lstm-300"]
COUNTS = (1, 10, 100, 300, 1000)


class Weight(NamedTuple):
    """A service with so many models open."""

    models: int
    file_bytes: int  # of each model.onnx
    started_s: float
    rss_bytes: int
    used_bytes: int  # the resident memory once each has answered a rollout of several windows


def measure(of: ModelSpec, counts: Sequence[int] = COUNTS, used: int = 300) -> list[Weight]:
    """Services with so many copies of one model; each copy answers, where there are no more than `used`."""
    weights = []
    with tempfile.TemporaryDirectory(prefix="rollcast-bench-") as name:
        folder = Path(name)
        publish_random(Registry.at(folder / "one"), "one", of)
        source = folder / "one/one/1"
        for count in counts:
            many = folder / f"{count}"
            copies(source, many, count)
            for model in many.iterdir():  # champions all: they are open once the service is ready
                (model / "aliases.json").write_text('{"champion": 1}\n')
            with rollcast(many, "--preload", str(count), ROLLCAST_OPEN_BYTES=str(64 << 30)) as served:
                rss = served.rss_bytes
                if count <= used:
                    _ask_each(served.port, of, count)
                size = (source / "model.onnx").stat().st_size
                weights.append(Weight(count, size, served.started_s, rss, served.rss_bytes))
    return weights


def each_bytes(weights: Sequence[Weight]) -> tuple[float, float]:
    """What one more model takes, once open and once used: between the fewest and the most that were used."""
    few, many = weights[0], [each for each in weights if each.used_bytes != each.rss_bytes][-1]
    more = many.models - few.models
    return (many.rss_bytes - few.rss_bytes) / more, (many.used_bytes - few.used_bytes) / more


def _ask_each(port: int, of: ModelSpec, count: int) -> None:
    connection = HTTPConnection("127.0.0.1", port)
    for number in range(count):
        asked = {"model": f"copy-{number:04}", "windows": [[0.5] * of.context_length] * 16, "horizon": 10}
        connection.request("POST", "/predict", json.dumps(asked), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        if answer.status != 200:
            raise SystemExit(f"the service answered {answer.status}: {answer.read().decode()}")
        answer.read()
    connection.close()


if __name__ == "__main__":
    for title, network in SIZES.items():
        found = measure(network, (1, 100))
        opened, used_ = each_bytes(found)
        print(f"{title}: model.onnx {found[0].file_bytes:,} bytes; open {opened:,.0f} bytes, used {used_:,.0f} bytes")
