"""Forecasting many windows as one batch, on every core, through the engine that serves."""

import threading

import numpy as np
from numpy.typing import NDArray

from models.cores import usable_cores
from models.engine.engine import Engine
from models.engine.request import RolloutRequest
from models.inference.forecaster import Forecaster, ForecastInputs


def predict_offline(forecaster: Forecaster, inputs: ForecastInputs) -> NDArray[np.float32]:
    """What the network predicts for all windows of inputs that the same forecaster prepared, in the network's units.

    The answer has shape (windows, horizon, spec.output_columns). Raises whatever kept the network from running.
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
