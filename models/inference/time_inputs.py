"""What a network takes in of times: the calendar and holidays."""

import numpy as np
from numpy.typing import NDArray

from models.spec.model_spec import ModelSpec
from models.timeseries.calendar_features import calendar_inputs
from models.timeseries.holiday_inputs import holiday_inputs
from models.timeseries.month_days import Times


def time_inputs(times: Times, spec: ModelSpec) -> NDArray[np.float32]:
    """The inputs of UTC times of any shape, for a network that takes in some: shape (…, channels)."""
    known = [calendar_inputs(times, spec.calendar, spec.timezone)] if spec.calendar else []
    if spec.holidays is not None:
        known.append(holiday_inputs(times, spec.holidays, spec.timezone))
    return np.concatenate(known, axis=-1) if len(known) > 1 else known[0]
