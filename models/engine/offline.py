"""Forecasting many windows as one batch, on every core, through the engine that serves."""

import threading

import numpy as np
from numpy.typing import NDArray

from models.cores import usable_cores
from models.engine.batch import RolloutRequest
from models.engine.engine import Engine
from models.inference.forecaster import Forecaster, ForecastInputs


def forecast_offline(
    forecaster: Forecaster, prepared: ForecastInputs, threads: int | None = None
) -> NDArray[np.float64]:
    """Forecast all windows of a question, made by the same forecaster, with so many compute threads.

    By default as many as there are cores to run on. The answer has shape (windows, horizon, targets), in raw units.
    Raises InvalidWindow where it is not finite, and whatever kept the network from running.
    """
    job = RolloutRequest(forecaster.network, forecaster.spec, prepared.contexts, prepared.horizon, prepared.calendar)
    done = threading.Event()
    engine = Engine(threads or usable_cores(), lambda _: done.set())
    try:
        engine.submit(job)
        done.wait()
    finally:
        engine.stop()
    if job.error is not None:
        raise job.error
    return forecaster.to_raw(prepared, job.predictions)
