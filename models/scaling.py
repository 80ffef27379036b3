"""Scaling columns between the series' raw units and the network's."""

from functools import lru_cache
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, FiniteFloat, model_validator

ScalerKind = Literal["none", "standard"]


class Scaler(BaseModel):
    """Per-column scaling: (value - mean) / scale; `none` has means of 0 and scales of 1."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: ScalerKind
    mean: tuple[FiniteFloat, ...]
    scale: tuple[FiniteFloat, ...]

    @model_validator(mode="after")
    def _check(self) -> Self:
        if len(self.mean) != len(self.scale):
            raise ValueError(f"a scaler needs as many means as scales, not {len(self.mean)} and {len(self.scale)}")
        if min(self.scale, default=0) <= 0:
            raise ValueError("every scale of a scaler must be above 0")
        return self

    @classmethod
    def fit(cls, kind: ScalerKind, values: NDArray[np.floating]) -> Self:
        """Fit on training rows of shape (rows, features).

        Raises ValueError where `standard` meets a column without spread.
        """
        features = values.shape[1]
        if kind == "none":
            return cls(kind=kind, mean=(0.0,) * features, scale=(1.0,) * features)
        mean, scale = values.mean(axis=0, dtype=np.float64), values.std(axis=0, dtype=np.float64)
        return cls(kind=kind, mean=tuple(mean.tolist()), scale=tuple(scale.tolist()))

    def scaled(self, values: NDArray[np.floating]) -> NDArray[np.float32]:
        """Raw values of shape (…, features) in the network's units.

        A value too large for a float32 becomes infinite; callers check.
        """
        with np.errstate(over="ignore"):
            return ((values - _array(self.mean)) / _array(self.scale)).astype(np.float32)

    def unscaled(self, values: NDArray[np.floating], columns: tuple[int, ...]) -> NDArray[np.float64]:
        """Network values of shape (…, len(columns)) back in the raw units of these columns."""
        mean, scale = _array(self.mean), _array(self.scale)
        if len(columns) < len(self.mean) or columns != tuple(range(len(columns))):
            mean, scale = mean[list(columns)], scale[list(columns)]
        return np.asarray(values * scale + mean, np.float64)


@lru_cache(maxsize=4096)
def _array(values: tuple[float, ...]) -> NDArray[np.float64]:
    """The values as an array, made once: small forecasts would spend a good part of their time on it."""
    array = np.array(values, np.float64)
    array.flags.writeable = False
    return array
