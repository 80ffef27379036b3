"""The networks that are measured: published with random weights, for speed does not depend on them."""

from pathlib import Path

import numpy as np

from models.graphs.onnx_network import OnnxNetwork
from models.inference.forecaster import Forecaster
from models.registry.publisher import publish
from models.registry.registry import Registry
from models.spec.manifest import DataRecord, Description, Golden, Manifest, TrainingRecord
from models.spec.metrics import Metrics, Scores
from models.spec.model_spec import ModelSpec, RolloutMode
from models.timeseries.scaling import Scaler
from training.export.onnx_graph import Layer, Member, build_graph
from training.networks.cells import cell_of


def spec(kind: str, units: int, window: int, rollout: RolloutMode = "window") -> ModelSpec:
    """A network of one layer and one feature."""
    scaler = Scaler(kind="standard", mean=(0.0,), scale=(1.0,))
    return ModelSpec(
        kind=kind,
        units=(units,),
        window=window,
        lead=1,
        rollout=rollout,
        features=("value",),
        targets=("value",),
        scaler=scaler,
    )


SHAPES = {
    "lstm-300": spec("lstm", 300, 10),
    "lstm-300-state": spec("lstm", 300, 10, "state"),
    "lstm-64": spec("lstm", 64, 48),
    "lstm-64-state": spec("lstm", 64, 48, "state"),
    "simple-rnn-100": spec("simple_rnn", 100, 5),
}


def graph(of: ModelSpec, seed: int = 0) -> bytes:
    """A graph with weights as Keras would draw them, about."""
    random = np.random.default_rng(seed)
    units, gates = of.units[0], cell_of(of.kind).gate_blocks

    def draw(*size: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        limit = (3 / units) ** 0.5
        return random.uniform(-limit, limit, size).astype(np.float32)

    layer = Layer(1, units, [draw(1, gates * units), draw(units, gates * units), draw(gates * units)])
    return build_graph(of, [Member([layer], draw(units, 1), draw(1))])


def publish_random(registry: Registry, name: str, of: ModelSpec, seed: int = 0) -> Manifest:
    """Publish a network whose description is made up, but for its goldens."""
    content = graph(of, seed)
    window = np.sin(np.arange(of.context_length) / 10)[:, None]
    answer = Forecaster(of, OnnxNetwork(content)).forecast(window[None], horizon=3)[0]
    scores = Scores(mae=0.1, mse=0.01, rmse=0.1, count=1)
    data = DataRecord(
        source="made up",
        rows=1,
        train_rows=1,
        validation_rows=0,
        test_rows=0,
        minimum=(0.0,),
        maximum=(1.0,),
        sha256="0" * 64,
    )
    description = Description(
        **dict(of),
        description="Random weights, to measure speed with.",
        training=TrainingRecord(recipe={}, duration_s=0.0, parameters=1, loss=()),
        data=data,
        metrics=Metrics(tested_on="made up", model=scores, last_value=scores),
        libraries={"numpy": np.__version__},
        goldens=(Golden(window=tuple(map(tuple, window.tolist())), predictions=tuple(map(tuple, answer.tolist()))),),
    )
    return publish(registry, name, description, {"model.onnx": content})


def publish_all(root: Path) -> Registry:
    """A registry of every network that is measured."""
    registry = Registry.at(root)
    for name, of in SHAPES.items():
        publish_random(registry, name, of)
    return registry
