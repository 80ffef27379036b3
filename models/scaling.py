"""Scaling columns between the series' raw units and the network's."""

from functools import lru_cache
from typing import Literal, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, FiniteFloat, model_validator

ScalerKind = Literal["none", "standard", "context"]


LEAST_SPREAD = 1e-4  # of a context, as a share of its level: below it a context counts as constant


class Scale(NamedTuple):
    """What (value - mean) / scale is computed with: arrays that broadcast against (rows, steps, features)."""

    mean: NDArray[np.float64]
    scale: NDArray[np.float64]

    def scaled(self, values: NDArray[np.floating]) -> NDArray[np.float32]:
        """Raw values in the network's units. A value too large for a float32 becomes infinite; callers check."""
        with np.errstate(over="ignore", invalid="ignore"):
            return ((values - self.mean) / self.scale).astype(np.float32)

    def unscaled(self, values: NDArray[np.floating]) -> NDArray[np.float64]:
        """Network values back in raw units."""
        return np.asarray(values * self.scale + self.mean, np.float64)

    def columns(self, columns: tuple[int, ...]) -> "Scale":
        """The same for some of the columns."""
        if columns == tuple(range(self.mean.shape[-1])):
            return self
        return Scale(self.mean[..., list(columns)], self.scale[..., list(columns)])


class Scaler(BaseModel):
    """Per-column scaling: (value - mean) / scale.

    `none` has means of 0 and scales of 1, and `standard` those of the training rows. `context` scales each context by
    its own values' mean and standard deviation, so that one network serves series of any level; its own mean and
    scale stand unused.
    """

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
        if kind != "standard":
            return cls(kind=kind, mean=(0.0,) * features, scale=(1.0,) * features)
        mean, scale = values.mean(axis=0, dtype=np.float64), values.std(axis=0, dtype=np.float64)
        return cls(kind=kind, mean=tuple(mean.tolist()), scale=tuple(scale.tolist()))

    def of(self, contexts: NDArray[np.floating]) -> Scale:
        """The scale of each of some contexts, shape (rows, context, features), in raw units."""
        if self.kind != "context":
            return Scale(_array(self.mean), _array(self.scale))
        with np.errstate(over="ignore", invalid="ignore"):
            mean = contexts.mean(axis=1, keepdims=True, dtype=np.float64)
            spread = contexts.std(axis=1, keepdims=True, dtype=np.float64)
            level = np.abs(contexts).mean(axis=1, keepdims=True, dtype=np.float64)
        least = LEAST_SPREAD * level
        return Scale(mean, np.where(spread > least, spread, np.where(level > 0, least, 1.0)))


@lru_cache(maxsize=4096)
def _array(values: tuple[float, ...]) -> NDArray[np.float64]:
    """The values as an array, made once: small forecasts would spend a good part of their time on it."""
    array = np.array(values, np.float64)
    array.flags.writeable = False
    return array
