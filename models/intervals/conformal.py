"""Prediction intervals by split conformal prediction, for each step on its own."""

import io
import math
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from models.errors import InvalidRequest, RefusedVersion
from models.spec.metrics import highest_level

Array = NDArray[np.float64]


class Bounds(NamedTuple):
    """The lower and the upper bounds of some intervals: two arrays of one shape."""

    lower: Array
    upper: Array

    def scaled(self, factors: Array) -> "Bounds":
        """The bounds times factors, which broadcast. Those that pass all floats become infinite; callers check."""
        with np.errstate(over="ignore"):
            return Bounds(np.asarray(self.lower * factors), np.asarray(self.upper * factors))

    def around(self, forecasts: Array) -> "Bounds":
        """The bounds of values, where these are the bounds of errors (value - forecast)."""
        with np.errstate(over="ignore"):
            return Bounds(forecasts + self.lower, forecasts + self.upper)

    def contain(self, values: Array) -> NDArray[np.bool_]:
        """Which values lie within their interval."""
        return np.asarray((self.lower <= values) & (values <= self.upper))


class Intervals:
    """The errors of calibration forecasts: `errors` are absolute and in ascending order, shape (steps, targets, count).

    They are in units of each forecast's scale (error_scale.py). An interval of a level reaches to both
    sides of the forecast as far as the error of rank ceil((count + 1) * level / 100). Where calibration errors and new
    ones are exchangeable, at least that share of new values lies within (Stankeviciute et al. 2021, Conformal
    time-series forecasting; Lei et al. 2018, doi:10.1080/01621459.2017.1307116). Coverage is marginal: that of each
    step, not of all of them together. Where the errors came as they were made, those of one forecast at one index,
    `joint_errors` has them so: whole paths can be drawn from them (sample_paths.py).
    """

    def __init__(self, errors: NDArray[np.floating], *, joint: bool = False) -> None:
        self.errors = np.sort(np.abs(errors), axis=-1)
        self.joint_errors = errors if joint else None
        self.steps, self.targets, self.count = errors.shape

    @property
    def highest_level(self) -> float:
        """The highest level that these errors are enough for, in percent."""
        return highest_level(int(self.count))

    def error_bounds(self, level: float, horizon: int) -> Bounds:
        """The bounds of errors (value - forecast) at a level in percent, shape (horizon, targets), in scale units.

        Raises InvalidRequest where a step was never calibrated, or the errors are too few for the level.
        """
        if not 0 < level < 100:
            raise InvalidRequest(f"a level is in percent, above 0 and below 100, not {level:g}", ("levels",))
        if horizon > self.steps:
            raise InvalidRequest(
                f"intervals are calibrated up to step {self.steps}, not {horizon}: ask for a shorter horizon, or leave "
                "levels out",
                ("levels",),
            )
        # Rounding must not raise a rank that is a whole number.
        rank = max(1, math.ceil((self.count + 1) * level / 100 - 1e-9))
        if rank > self.count:
            raise InvalidRequest(
                f"a level of {level:g} needs more than the {self.count} errors that intervals were calibrated on: "
                f"ask for at most {self.highest_level:g}",
                ("levels",),
            )
        quantile = np.asarray(self.errors[:horizon, :, rank - 1], np.float64)
        return Bounds(-quantile, quantile)

    def to_bytes(self) -> bytes:
        """The errors as the content of a .npy file, in 32-bit floats; joint ones as they came."""
        file = io.BytesIO()
        errors = self.errors if self.joint_errors is None else self.joint_errors
        np.save(file, errors.astype("<f4"), allow_pickle=False)
        return file.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes, shape: tuple[int, int, int], *, joint: bool = False) -> Self:
        """Read what `to_bytes` wrote; `shape` is (steps, targets, count).

        Raises RefusedVersion where it is not what the manifest says.
        """
        steps, targets, count = shape
        try:
            errors = np.load(io.BytesIO(content), allow_pickle=False)
        except Exception as error:  # numpy's reader fails in many ways on bytes that are no array
            raise RefusedVersion("calibration.npy can't be read: it is no array of numbers") from error
        expected = isinstance(errors, np.ndarray) and errors.shape == shape
        if not expected or errors.dtype != np.dtype("<f4") or not np.isfinite(errors).all():
            raise RefusedVersion(
                f"calibration.npy must hold {steps} steps of {targets} targets with {count} errors each, all finite"
            )
        return cls(errors, joint=joint)
