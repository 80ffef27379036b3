"""How long a model's calls take, measured when it is opened."""

import time
from typing import NamedTuple

import numpy as np

from models.inference.forecaster import Forecaster


class CallLatency(NamedTuple):
    """How long one window call of a model takes: for the call, and for each row."""

    call_s: float
    row_s: float

    @classmethod
    def of(cls, forecaster: Forecaster, rows: int = 8) -> "CallLatency":
        """Measure it, which warms the model up as well."""
        spec = forecaster.spec

        def fastest_s(rows: int) -> float:
            inputs = np.zeros((spec.window, rows, spec.channels), np.float32)
            times = []
            for _ in range(3):
                begun = time.perf_counter()
                forecaster.network(inputs)
                times.append(time.perf_counter() - begun)
            return min(times)

        one, many = fastest_s(1), fastest_s(rows)
        row_s = max(0.0, (many - one) / (rows - 1))
        return cls(max(0.0, one - row_s), row_s)

    def of_rows(self, rows: int) -> float:
        """How long a call with this many rows takes, in seconds."""
        return self.call_s + rows * self.row_s

    def of_cell_step(self, length: int, of_window: int) -> float:
        """About how long a row's cell step takes, in calls of 8 rows that take in `length` of a window's values."""
        rows = 8
        return max(1e-9, (self.call_s + rows * self.row_s * length / of_window) / (rows * length))
