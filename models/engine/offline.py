"""Forecasting many windows as one batch, on every core, through the engine that serves."""

import threading

import numpy as np
from numpy.typing import NDArray

from models.cores import usable_cores
from models.engine.engine import Engine
from models.engine.request import RolloutRequest
from models.inference.forecaster import Forecaster, ForecastInputs


def forecast_offline(forecaster: Forecaster, inputs: ForecastInputs) -> NDArray[np.float64]:
    """Forecast all windows of inputs that the same forecaster prepared.

    The answer has shape (windows, horizon, targets), in raw units. Raises InvalidWindow where it is not finite, and as
    `predict_offline`.
    """
    return forecaster.to_raw(inputs, predict_offline(forecaster, inputs))


def predict_offline(forecaster: Forecaster, inputs: ForecastInputs) -> NDArray[np.float32]:
    """What the network predicts: shape (windows, horizon, targets), in the network's units.

    Raises whatever kept the network from running.
    """
    request = RolloutRequest.of(forecaster, inputs)
    done = threading.Event()
    engine = Engine(usable_cores(), lambda _: done.set())
    try:
        engine.submit(request)
        done.wait()
    finally:
        engine.stop()
    if request.error is not None:
        raise request.error
    return request.predictions
