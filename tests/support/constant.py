"""A model whose answers are known without running it."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from models.graphs.onnx_network import OnnxNetwork
from models.inference.forecaster import Forecaster
from models.spec.model_spec import ModelSpec
from models.timeseries.scaling import Scaler
from training.export.onnx_graph import Layer, Member, build_graph


def constant(answer: float, spec: ModelSpec | None = None) -> Forecaster:
    """A model that forecasts one number at every step, for the second target its tenfold, in the network's units."""
    spec = spec or plain_spec()
    layer = Layer(spec.channels, 1, [np.zeros(size, np.float32) for size in ((spec.channels, 1), (1, 1), (1,))])
    bias = np.tile(answer * 10.0 ** np.arange(len(spec.targets)), spec.outputs).astype(np.float32)
    member = Member([layer], np.zeros((1, len(bias)), np.float32), bias)
    graph = build_graph(spec.model_copy(update={"kind": "simple_rnn"}), [member])
    return Forecaster(spec, OnnxNetwork(graph), "constant@1")


def plain_spec(
    features: Sequence[str] = ("a",), targets: Sequence[str] | None = None, *, window: int = 2, **more: Any
) -> ModelSpec:
    """The shape of such a model, with a scaler that changes nothing; `more` are further values of Shape."""
    return ModelSpec(
        **{
            "kind": "simple_rnn",
            "units": (1,),
            "window": window,
            "lead": 1,
            "features": tuple(features),
            "targets": tuple(features if targets is None else targets),
            "scaler": Scaler.fit("none", np.zeros((1, len(features)))),
            **more,
        }
    )
