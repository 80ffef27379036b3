"""Intervals that follow what a window shows: forecasts from earlier origins in it are compared with what came.

Each step's bounds are multiplied by how large these errors are beside calibration's: a rolling conformal prediction,
stateless, in which the newest errors of a step and its neighbours count (Gibbs and Candes 2021, arXiv:2106.00170, have
the idea of following; Angelopoulos, Candes and Tibshirani 2023, arXiv:2307.16895, its form for forecasts).
"""

import numpy as np
from numpy.typing import NDArray

from models.intervals.conformal import Bounds

Array = NDArray[np.float64]

MAX_REPLAYS = 64  # earlier origins in each window: what it costs, in rows of the network
MIN_REPLAYS = 10  # fewer say too little
PRIOR_REPLAYS = 8  # calibration counts as much as so many
NEIGHBOURS = 6  # a step is judged with those up to a sixth of the horizon before and after it


def replay_origins(length: int, context: int) -> NDArray[np.int64]:
    """The earlier origins in a window of so many values: how many values lie before each, ascending.

    At most `MAX_REPLAYS`, evenly spaced, each with a context before it and a value after it. Empty where there are
    fewer than `MIN_REPLAYS`.
    """
    first, last = context, length - 1
    if last - first + 1 < MIN_REPLAYS:
        return np.empty(0, np.int64)
    return np.unique(np.linspace(first, last, MAX_REPLAYS).round().astype(np.int64))


def needed_window(context: int) -> int:
    """The fewest values that a window must have to be followed."""
    return context + MIN_REPLAYS


def known_errors(window: Array, origins: NDArray[np.int64], forecasts: Array) -> Array:
    """The errors of forecasts of shape (origins, horizon, targets) in a window (length, targets).

    NaN where the value had not come by the window's end.
    """
    horizon = forecasts.shape[1]
    padded = np.pad(window, ((0, horizon), (0, 0)), constant_values=np.nan)
    return np.asarray(padded[origins[:, None] + np.arange(horizon)] - forecasts)


def adapted(bounds: Bounds, replay_bounds: Bounds, errors: Array, level: float) -> Bounds:
    """The bounds of a window's errors, shape (horizon, targets), at a level in percent.

    `errors`, shape (replays, horizon, targets), are NaN where they are not known; `replay_bounds` are the bounds that
    calibration gives for these, of a shape that broadcasts against them.
    """
    reached = np.where(errors < 0, -replay_bounds.lower, replay_bounds.upper)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = np.where(reached > 0, np.abs(errors) / reached, np.nan)
    horizon = errors.shape[1]
    reach = horizon // NEIGHBOURS
    factors = np.ones((horizon, errors.shape[2]))
    for step in range(horizon):
        near = ratios[:, max(0, step - reach) : step + reach + 1]
        for target in range(errors.shape[2]):
            known = near[..., target][np.isfinite(near[..., target])]
            replays = int(np.isfinite(near[..., target]).any(axis=1).sum())
            if replays:
                share = replays / (replays + PRIOR_REPLAYS)
                factors[step, target] = max(float(np.quantile(known, level / 100)), 1e-6) ** share
    return bounds.scaled(factors)
