"""Made-up requests for specs of every option: windows, times, covariates and values that are missing."""

import numpy as np
from numpy.typing import NDArray

from models.graphs.onnx_network import OnnxNetwork
from models.inference.forecaster import Forecaster, ForecastInputs
from models.spec.covariate import Covariate
from models.spec.model_spec import ModelSpec
from tests.support.oracle import VARIED, times_of
from tests.support.tiny import tiny_spec

NUMBER, KIND = Covariate(name="temperature", mean=0.5, scale=2), Covariate(name="kind", categories=("x", "y", "z"))
LEVEL = Covariate(name="level")

# What the slow way of tests/support/oracle.py does not know: inputs beside the values of a series.
COVARIED: dict[str, ModelSpec] = {
    "future": tiny_spec(window=3, future=(NUMBER, KIND)),
    "future, outputs": tiny_spec("gru", window=2, outputs=3, future=(NUMBER, KIND), lags=(4,)),
    "future, lead, state": tiny_spec("simple_rnn", window=3, lead=3, future=(NUMBER,), rollout="state"),
    "past": tiny_spec(window=3, past=(NUMBER,)),
    "past, outputs": tiny_spec("gru", window=3, outputs=4, past=(NUMBER, KIND)),
    "static": tiny_spec("gru", ("a", "b"), window=3, static=(KIND, LEVEL)),
    "static, outputs, state": tiny_spec(window=3, outputs=2, static=(LEVEL,), rollout="state"),
    "masked": tiny_spec(features=("a", "b"), window=5, masked=True),
    "masked, lead, state": tiny_spec("gru", window=5, lead=2, masked=True, rollout="state"),
    "masked, outputs, state": tiny_spec("simple_rnn", window=5, outputs=2, masked=True, rollout="state"),
    "holidays": tiny_spec(window=3, holidays="AU-VIC", frequency="6h", timezone="Australia/Melbourne"),
    "everything": tiny_spec(
        "gru",
        ("a", "b"),
        window=4,
        outputs=3,
        lags=(5, 7),
        calendar=("day",),
        holidays="AU-VIC",
        frequency="6h",
        timezone="Australia/Melbourne",
        future=(NUMBER,),
        static=(LEVEL,),
        masked=True,
        members=2,
        units=(3, 2),
        quantiles=(0.1, 0.9),
    ),
}
COVARIED["everything, state"] = COVARIED["everything"].model_copy(update={"rollout": "state"})
EVERY_OPTION = VARIED | COVARIED


def inputs_of(spec: ModelSpec, network: OnnxNetwork, rows: int, horizon: int, seed: int = 0) -> ForecastInputs:
    """What a network takes in for made-up windows; a fifth of the values is missing where they may be."""
    random = np.random.default_rng(seed)
    drawn = random.uniform(-1, 1, (rows, spec.context_length, len(spec.features)))
    windows = np.asarray(drawn * spec.scaler.scale + spec.scaler.mean, np.float64)
    if spec.masked:
        windows[:, 1:][random.uniform(size=windows[:, 1:].shape) < 0.2] = np.nan
    codes = _codes(spec, rows, horizon, random)
    return Forecaster(spec, network).prepare(windows, horizon, times_of(spec, rows), codes)


def reach(spec: ModelSpec, horizon: int) -> int:
    """A horizon, or as much of it as a spec's forecasts can reach."""
    return horizon if spec.max_horizon is None else min(horizon, spec.max_horizon)


def _codes(spec: ModelSpec, rows: int, horizon: int, random: np.random.Generator) -> NDArray[np.float64] | None:
    """Numbers, and indexes of categories, of each step; a static one is the same at all of them."""
    if not spec.covariates.all:
        return None
    codes = random.uniform(-1, 1, (rows, spec.context_length + horizon, len(spec.covariates.all)))
    for index, each in enumerate(spec.covariates.all):
        if each.categories:
            codes[..., index] = random.integers(-1, len(each.categories), codes.shape[:2])
        if spec.covariates.kind_of(index) == "static":
            codes[..., index] = codes[:, :1, index]
    return codes
