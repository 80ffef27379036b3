"""Hiding known values at random, so that a network learns to do without them.

Values are lost in runs (an outage), so they are hidden in runs. What is hidden is still a target: it was measured.
"""

from dataclasses import replace

import numpy as np

from models.spec.model_spec import ModelSpec
from training.data.windowing import PreparedSeries, prepare_series
from training.reading.series import Series

SHARE = 0.15  # of the values, about
MEAN_RUN = 4  # values


def with_hidden_values(spec: ModelSpec, series: Series, seed: int) -> PreparedSeries:
    """A series made ready to be cut with some of its values hidden; one seed always hides the same."""
    generator = np.random.default_rng(seed)
    values = series.values.copy()
    rows = len(values)
    for column in values.T:
        starts = np.flatnonzero(generator.random(rows) < SHARE / MEAN_RUN)
        for start, length in zip(starts, generator.geometric(1 / MEAN_RUN, len(starts)), strict=True):
            column[start : start + length] = np.nan
    values[0] = series.values[0]
    return prepare_series(spec, replace(series, values=values), series.values)
