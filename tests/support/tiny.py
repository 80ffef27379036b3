"""Tiny published models with random weights."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from models.graphs.onnx_network import OnnxNetwork
from models.inference.forecaster import Forecaster
from models.intervals.conformal import Intervals
from models.registry.publisher import publish
from models.registry.registry import Registry
from models.spec.manifest import DataRecord, Description, Golden, Manifest, TrainingRecord
from models.spec.metrics import Calibration, Metrics, Scores
from models.spec.model_spec import ModelSpec, RolloutMode, TrainingRange
from models.timeseries.frequency import parse_frequency
from models.timeseries.scaling import Scaler, ScalerKind
from models.timeseries.time_index import TimeIndex
from training.export.onnx_graph import Layer, Member, build_graph
from training.networks.cells import cell_of


def graph_of(spec: ModelSpec, seed: int = 0, *, residual: bool = False) -> bytes:
    """A graph that a spec tells of, with random weights of the size that Keras would draw."""
    random = np.random.default_rng(seed)

    def draw(*dims: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        return random.uniform(-0.5, 0.5, dims).astype(np.float32)

    gates, outputs = cell_of(spec.kind).gate_blocks, spec.output_columns * spec.outputs
    sizes = [spec.channels, *spec.units]
    drawn = []
    for _ in range(spec.members):
        layers = [
            Layer(before, after, [draw(before, gates * after), draw(after, gates * after), draw(gates * after)])
            for before, after in zip(sizes, spec.units, strict=False)
        ]
        linear = draw(spec.channels, outputs) / np.float32(spec.channels) if residual else None
        drawn.append(Member(layers, draw(spec.units[-1], outputs), draw(outputs), linear))
    return build_graph(spec, drawn)


def tiny_description(spec: ModelSpec, graph: bytes, intervals: Intervals | None = None) -> Description:
    """A description with goldens that the graph gives, and everything else made up."""
    windows = np.linspace(0, 1, 2 * spec.context_length * len(spec.features)).reshape(2, spec.context_length, -1)
    end = datetime(2024, 2, 29, 23, 30, tzinfo=UTC) if spec.calendar else None
    time_indexes = None if end is None else [TimeIndex(end, parse_frequency(str(spec.frequency)))] * 2
    horizon = 3 if spec.rolls_out else 1
    network = OnnxNetwork(graph)
    ahead = np.linspace(0, 1, spec.context_length + horizon)
    known = [*(ahead for _ in spec.future), *(np.ones_like(ahead) for _ in spec.static)]
    codes = np.stack([np.stack(known, axis=-1)] * 2) if known else None
    answers = Forecaster(spec, network).forecast(windows, horizon, times=time_indexes, codes=codes)
    scores = Scores(mae=0.1, mse=0.01, rmse=0.1, count=10)
    row = (0.0,) * len(spec.features)
    return Description(
        spec=spec.model_copy(update={"state_sizes": network.state_sizes}),
        description="A tiny model.",
        training=TrainingRecord(recipe={"epochs": 1}, duration_s=0.1, parameters=1, loss=(0.5,)),
        data=DataRecord(
            source="made up",
            rows=10,
            train_rows=8,
            validation_rows=0,
            test_rows=2,
            minimum=row,
            maximum=row,
            sha256="0" * 64,
        ),
        metrics=Metrics(tested_on="made up", model=scores, last_value=scores),
        calibration=None
        if intervals is None
        else Calibration(
            calibrated_on="made up",
            horizon=intervals.steps,
            count=intervals.count,
            joint=intervals.joint_errors is not None,
        ),
        libraries={"numpy": np.__version__},
        goldens=tuple(
            Golden(
                window=tuple(map(tuple, window.tolist())),
                predictions=tuple(map(tuple, answer.tolist())),
                end=end,
                future={each.name: tuple(ahead.tolist()) for each in spec.future},
                static={each.name: 1.0 for each in spec.static},
            )
            for window, answer in zip(windows, answers, strict=True)
        ),
    )


def tiny_spec(
    kind: str = "lstm",
    features: Sequence[str] = ("value",),
    targets: Sequence[str] | None = None,
    *,
    window: int = 4,
    lead: int = 1,
    units: Sequence[int] = (3,),
    rollout: RolloutMode = "window",
    scaler: ScalerKind = "standard",
    **more: Any,
) -> ModelSpec:
    """A shape whose scaling moves every column, so that forgetting it shows; `more` are further values of Shape."""
    count = len(features)
    return ModelSpec(
        kind=kind,
        units=tuple(units),
        window=window,
        lead=lead,
        rollout=rollout,
        features=tuple(features),
        targets=tuple(features if targets is None else targets),
        scaler=Scaler(kind=scaler, mean=tuple(range(1, count + 1)), scale=tuple(range(2, count + 2))),
        **more,
    )


def publish_tiny(
    registry: Registry, name: str, spec: ModelSpec | None = None, seed: int = 0, intervals: Intervals | None = None
) -> Manifest:
    """Publish a tiny model's next version."""
    spec = spec or tiny_spec()
    graph = graph_of(spec, seed)
    files = {"model.onnx": graph, "plots/loss.png": b"PNG"}
    if intervals is not None:
        files["calibration.npy"] = intervals.to_bytes()
    return publish(registry, name, tiny_description(spec, graph, intervals), files)


def tiny_registry(root: Path) -> Registry:
    """Four models: `tiny`; `pair` of two features and lead 2; `driven` of one target; `many` versions."""
    registry = Registry.at(root)
    publish_tiny(registry, "tiny")
    publish_tiny(registry, "pair", tiny_spec("simple_rnn", ("a", "b"), window=3, lead=2, units=(4, 2)))
    publish_tiny(registry, "driven", tiny_spec("lstm", ("a", "b"), ("b",)))
    for seed in (1, 2, 3):
        publish_tiny(registry, "many", seed=seed)
    registry.promote("many", 2)
    return registry


def timed_registry(root: Path) -> Registry:
    """Three calibrated models: `clock` with calendar inputs, `monthly` scaled by its context, `wide` of two features.

    With 39 errors, the half-width of a level of 2.5 · k percent at step h is k · h / 10, in units of the scale.
    """
    errors = np.arange(1, 40) / 10 * np.arange(1, 4)[:, None, None]
    registry = Registry.at(root)
    calendar = tiny_spec(
        calendar=("day", "weekday"),
        frequency="30m",
        timezone="Australia/Melbourne",
        seen=TrainingRange(minimum=(-2.0,), maximum=(4.0,)),
    )
    publish_tiny(registry, "clock", calendar, intervals=Intervals(errors))
    publish_tiny(registry, "monthly", tiny_spec(scaler="context", frequency="1mo"), intervals=Intervals(errors))
    publish_tiny(
        registry, "wide", tiny_spec(features=("a", "b")), intervals=Intervals(np.repeat(errors, 2, axis=1), joint=True)
    )
    return registry
