"""What is known of rows ahead of time, their calendar, holidays and covariates, as a network takes it in."""

import numpy as np
from numpy.typing import NDArray

from models.inference.covariates import covariate_inputs
from models.inference.time_inputs import time_inputs
from models.spec.model_spec import ModelSpec
from training.data.held_out import HeldOut, History

Array = NDArray[np.float32]

MAX_CHUNK_VALUES = 1 << 22  # that are encoded at a time, which bounds the memory that it takes


def known_inputs(spec: ModelSpec, rows_of: History | HeldOut, first: NDArray[np.integer], horizon: int) -> Array:
    """What is known of `horizon` rows from each of the rows `first` on: shape (first, horizon, channels).

    The channels are those of `spec.known_of_target`, in the encoding of a network that forecasts from there: where each
    context has a scale of its own, so have numbers, that of the window which ends with the first of the rows. A series
    must have times and codes where the spec takes them in.
    """
    # A network that gives one next value at once sees nothing but what is known of that.
    window = spec.window if spec.scaler.kind == "context" else 1
    one = spec.model_copy(update={"window": window, "lead": 1, "outputs": 1})
    ahead = first[:, None] + np.arange(horizon)
    known: list[Array] = []
    if spec.needs_times and rows_of.times is not None:
        known.append(time_inputs(rows_of.times[ahead], spec))
    if spec.covariates.all and rows_of.codes is not None:
        steps = first[:, None] + np.arange(-window, horizon)
        known.append(covariate_inputs(one, rows_of.codes[np.maximum(steps, 0)])[:, window - 1 :])
    return np.concatenate([np.empty((*ahead.shape, 0), np.float32), *known], axis=-1)[..., list(one.known_of_target)]


def known_of_rows(spec: ModelSpec, history: History) -> Array:
    """What is known of each row as the next one: shape (rows, channels)."""
    rows, channels = np.arange(len(history.values)), len(spec.known_of_target)
    size = max(1, MAX_CHUNK_VALUES // ((spec.window + 1) * max(channels, 1)))
    chunks = [known_inputs(spec, history, rows[start : start + size], 1)[:, 0] for start in range(0, len(rows), size)]
    return np.concatenate([np.empty((0, channels), np.float32), *chunks])
