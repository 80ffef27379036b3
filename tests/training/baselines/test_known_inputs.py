"""What is known of rows is what a forecaster makes of a request for them."""

from typing import Any

import numpy as np
import pytest

from models.blending.blending import known_of_targets
from models.graphs.onnx_network import OnnxNetwork
from models.inference.forecaster import Forecaster
from models.spec.covariate import Covariate
from models.spec.model_spec import ModelSpec
from models.timeseries.frequency import parse_frequency
from models.timeseries.scaling import ScalerKind
from models.timeseries.time_index import TimeIndex
from tests.support.tiny import graph_of, tiny_spec
from training.baselines import known_inputs as module
from training.baselines.known_inputs import known_inputs, known_of_rows
from training.data.held_out import HeldOut, History

REGION = Covariate(name="region", categories=("north", "south"))
TIMES = (np.datetime64("2024-01-01T00", "us") + 3_600_000_000 * np.arange(30)).astype("M8[us]")
CODES = np.stack([np.arange(30.0) ** 2, np.tile([0.0, 1, -1], 10), np.cos(np.arange(30)), np.full(30, 5.0)], axis=-1)
VALUES = np.sin(np.arange(30.0))[:, None]


def spec_of(**more: Any) -> ModelSpec:
    return tiny_spec(
        **{
            "window": 3,
            "calendar": ("day",),
            "holidays": "AU",
            "frequency": "1h",
            "future": (Covariate(name="x", mean=40, scale=90), REGION),
            "past": (Covariate(name="y"),),
            "static": (Covariate(name="z", scale=10),),
            "masked": True,
            **more,
        }
    )


@pytest.mark.parametrize("scaler", ["standard", "context"])
@pytest.mark.parametrize("outputs", [1, 4])
def test_they_are_a_request_s(scaler: ScalerKind, outputs: int) -> None:
    spec, horizon, row = spec_of(scaler=scaler, outputs=outputs), outputs, 12
    before = [TimeIndex.through(TIMES[: row + more], parse_frequency("1h")) for more in (0, 5)]
    codes = np.stack([CODES[row + more - 3 : row + more + horizon] for more in (0, 5)])
    forecaster = Forecaster(spec, OnnxNetwork(graph_of(spec)))
    inputs = forecaster.prepare([VALUES[:row], VALUES[: row + 5]], horizon, before, codes)
    expected = known_of_targets(spec, inputs.known_future)
    found = known_inputs(spec, HeldOut(VALUES, range(30), TIMES, "", CODES), np.array([row, row + 5]), horizon)
    assert expected is not None
    assert found.shape == expected.shape == (2, horizon, 4 + 1 + 3 + 1)
    assert found == pytest.approx(expected, abs=1e-6)


def test_of_each_row_it_is_what_is_known_of_the_next_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_CHUNK_VALUES", 100)  # so that chunks meet
    spec, history = spec_of(scaler="context"), History(VALUES, TIMES, CODES)
    found = known_of_rows(spec, history)
    assert found.shape == (30, 9)
    assert (found == known_inputs(spec, history, np.arange(30), 1)[:, 0]).all()


def test_of_a_network_that_takes_in_nothing_else_nothing_is_known() -> None:
    assert known_of_rows(tiny_spec(), History(VALUES)).shape == (30, 0)
