"""A published model for windows of any length and season: it forecasts what a window's own seasons and level say.

Its weights are zeros, so its answers can be worked out by hand; `any_series_registry` is the one place that says which
model the tests of seasons ask.
"""

from pathlib import Path

import numpy as np

from models.graphs.decoder_step import decoder_step, smoothing_weights
from models.graphs.graph_file import FLOAT
from models.graphs.onnx_network import OnnxNetwork
from models.inference.forecaster import Forecaster
from models.intervals.conformal import Intervals
from models.registry.publisher import publish
from models.registry.registry import Registry
from models.spec.manifest import Golden
from models.spec.model_spec import Decoder, ModelSpec
from models.timeseries.scaling import Scaler
from tests.support.tiny import publish_tiny, tiny_description
from training.export.onnx_graph import build_decoder_graph

NAME = "any-series"
YEAR = [10.0, 12.0, 15.0, 19.0, 24.0, 30.0, 29.0, 23.0, 18.0, 14.0, 11.0, 9.0]  # months whose year is their season
# Lengths of errors at steps 1 to 12, in units of the quantiles.
ERRORS = np.arange(1, 40) / 10 * np.ones((12, 1, 1))


def any_series_spec() -> ModelSpec:
    """Eight outputs from the newest sixteen values of a window."""
    return ModelSpec(
        kind="gru",
        units=(1,),
        window=16,
        lead=1,
        outputs=8,
        quantiles=(0.1, 0.9),
        interval_scale="quantiles",
        features=("value",),
        targets=("value",),
        scaler=Scaler.fit("seasonal", np.zeros((1, 1))),
        decoder=Decoder(patch=4, units=1),
    )


def any_series_registry(root: Path) -> Registry:
    """`any-series`, with intervals, beside `tiny`, which takes no seasons."""
    registry, spec, intervals = Registry.at(root), any_series_spec(), Intervals(ERRORS)
    graph = _graph(spec)
    description = tiny_description(spec, graph, intervals)
    forecaster = Forecaster(spec, OnnxNetwork(graph))
    window = YEAR * 4
    answer = forecaster.forecast([window], 3, seasons=[(12,)])[0]
    golden = Golden(
        window=tuple((value,) for value in window), predictions=tuple(map(tuple, answer.tolist())), seasons=(12,)
    )
    files = {"model.onnx": graph, "calibration.npy": intervals.to_bytes()}
    publish(registry, NAME, description.model_copy(update={"goldens": (golden,)}), files)
    publish_tiny(registry, "tiny")
    return registry


def _graph(spec: ModelSpec) -> bytes:
    """A graph that gives the mean of a window's smoothed levels at every step, and quantiles 1 below and above it."""
    assert spec.decoder is not None
    step = decoder_step(spec, spec.decoder)
    weights = {
        name: np.zeros([int(size) for size in each.shape], np.float32)
        for name, each in step.constants.items()
        if each.type == FLOAT
    }
    weights["levels_kernel"] = smoothing_weights(spec.window)
    weights["m0_given_bias"][1:3] = np.log(np.e - 1)  # softplus makes 1 of it
    return build_decoder_graph(spec, spec.decoder, weights)
