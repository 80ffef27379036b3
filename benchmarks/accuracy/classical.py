"""Errors of classical methods from a backtest's origins, where statsforecast is installed (the extra `compare`)."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np

from benchmarks.accuracy.record import Errors
from models.spec.metrics import Backtest
from training.data.held_out import HeldOut
from training.evaluation.origins import actual_values, find_origins
from training.evaluation.step_scores import mase_scales, step_scores

METHODS = ("AutoTheta", "AutoETS")
COLUMNS = (0,)


def classical_errors(held_out: HeldOut, backtest: Backtest) -> dict[str, Errors | None]:
    """The errors of each method on a series of one column; None where it can't be told.

    As a network is, a method is fitted once, to the rows before the test part; from each origin it goes on from the
    rows up to there.
    """
    if find_spec("statsforecast") is None:
        return dict.fromkeys(METHODS)
    models = import_module("statsforecast.models")
    return {name: _errors(getattr(models, name)(season_length=backtest.season), held_out, backtest) for name in METHODS}


def _errors(model: Any, held_out: HeldOut, backtest: Backtest) -> Errors | None:
    values, horizon = held_out.values[:, 0], backtest.horizon
    origins = find_origins([held_out], 1, horizon, backtest.stride)
    if len(origins) != backtest.origins:
        return None  # the model's own context left some out
    fitted = model.fit(values[: held_out.part.start])
    forecasts = np.stack([fitted.forward(y=values[:row], h=horizon)["mean"] for row in origins.rows.tolist()])
    actual = actual_values([held_out], origins, horizon, COLUMNS)
    scales = mase_scales([held_out], backtest.season, COLUMNS)
    return Errors.of(step_scores(forecasts[:, :, None], actual, origins.series, scales))
