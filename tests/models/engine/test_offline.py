"""Forecasting together gives the answers that one window after another gets."""

import numpy as np
import pytest

from models.engine import offline
from models.engine.offline import predict_offline
from models.errors import InvalidWindow
from models.graphs.onnx_network import OnnxNetwork, Steps
from models.inference.forecaster import Forecaster
from models.spec.model_spec import RolloutMode
from tests.support.constant import constant
from tests.support.tiny import graph_of, tiny_spec


@pytest.mark.parametrize("rollout", ["window", "state"])
@pytest.mark.parametrize(("rows", "horizon", "threads"), [(1, 1, 1), (300, 5, 2), (300, 1, 3)])
def test_answers_are_those_of_the_plain_rollout(
    rollout: RolloutMode, rows: int, horizon: int, threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(offline, "usable_cores", lambda: threads)
    spec = tiny_spec(features=("a", "b"), rollout=rollout, lags=(6,), difference=2)
    forecaster = Forecaster(spec, OnnxNetwork(graph_of(spec)))
    windows = np.random.default_rng(0).uniform(-1, 1, (rows, spec.context_length, 2))
    inputs = forecaster.prepare(windows, horizon)
    came = forecaster.to_raw(inputs, predict_offline(forecaster, inputs))
    assert came.shape == (rows, horizon, 2)
    assert came == pytest.approx(forecaster.forecast(windows, horizon), abs=1e-5)


class Broken(OnnxNetwork):
    """A network that can't run."""

    def __call__(self, *_: object) -> Steps:
        raise ZeroDivisionError("it never could")


def test_what_keeps_the_network_from_running_is_raised() -> None:
    spec = tiny_spec()
    forecaster = Forecaster(spec, Broken(graph_of(spec)))
    with pytest.raises(ZeroDivisionError, match="never could"):
        predict_offline(forecaster, forecaster.prepare(np.ones((3, 4)), 2))


def test_answers_that_are_no_numbers_are_refused() -> None:
    forecaster = constant(np.inf)
    inputs = forecaster.prepare(np.ones((2, 2)), 2)
    with pytest.raises(InvalidWindow, match="not a finite number"):
        forecaster.to_raw(inputs, predict_offline(forecaster, inputs))
