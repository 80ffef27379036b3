"""Tiny models for windows of any length and season, with random weights."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from models.graphs.decoder_step import decoder_step, smoothing_weights
from models.graphs.onnx_network import OnnxNetwork
from models.inference.forecaster import Forecaster
from models.intervals.conformal import Intervals
from models.spec.model_spec import Decoder, ModelSpec
from tests.support.tiny import tiny_spec
from training.export.onnx_graph import build_decoder_graph


def any_spec(kind: str = "lstm", *, window: int = 8, outputs: int = 4, patch: int = 2, **more: Any) -> ModelSpec:
    """A spec with a decoder; `more` are further values of it."""
    values = {
        "units": (3,),
        "scaler": "seasonal",
        "decoder": Decoder(patch=patch, units=5),
        "quantiles": (0.1, 0.9),
        "interval_scale": "quantiles",
    }
    return tiny_spec(kind, window=window, outputs=outputs, **{**values, **more})


def any_graph(spec: ModelSpec, seed: int = 0) -> bytes:
    """A graph that such a spec tells of, with random weights of the size that Keras would draw."""
    random, decoder = np.random.default_rng(seed), spec.decoder
    assert decoder is not None
    tensors = decoder_step(spec, decoder).constants
    weights = {
        name: random.uniform(-0.5, 0.5, [size for size in tensor.shape if isinstance(size, int)]).astype(np.float32)
        for name, tensor in tensors.items()
        if not tensor.values
    }
    return build_decoder_graph(spec, decoder, {**weights, "levels_kernel": smoothing_weights(spec.window)})


def any_forecaster(spec: ModelSpec | None = None, intervals: Intervals | None = None, seed: int = 0) -> Forecaster:
    """A forecaster of such a spec."""
    spec = spec or any_spec()
    return Forecaster(spec, OnnxNetwork(any_graph(spec, seed)), "any", intervals)


def seasonal_values(length: int, season: int, seed: int = 0, *, noise: float = 0.0) -> list[float]:
    """Values of a level of 100 with one season, which adds up to 10, and noise."""
    random = np.random.default_rng(seed)
    shape = random.uniform(-10, 10, season)
    values: Sequence[float] = (100 + np.resize(shape, length) + random.normal(0, noise, length)).tolist()
    return list(values)
