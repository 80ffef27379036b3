"""Scaling columns between the series' raw units and the network's."""

from functools import lru_cache
from typing import Annotated, Literal, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, model_validator

ScalerKind = Literal["none", "standard", "context", "seasonal"]

# Of a context, as a share of its level: what spreads less counts as constant.
MIN_STD_SHARE = 1e-4


class Scale(NamedTuple):
    """What (value - mean) / scale is computed with: arrays that broadcast against (rows, steps, features)."""

    mean: NDArray[np.float64]
    scale: NDArray[np.float64]

    def scaled(self, values: NDArray[np.floating]) -> NDArray[np.float32]:
        """Raw values in the network's units. A value too large for a float32 becomes infinite; callers check."""
        with np.errstate(over="ignore", invalid="ignore"):
            return ((values - self.mean) / self.scale).astype(np.float32)

    def unscaled(self, values: NDArray[np.floating]) -> NDArray[np.float64]:
        """Network values back in raw units; those that pass all floats become infinite, and callers check."""
        with np.errstate(over="ignore"):
            return np.asarray(values * self.scale + self.mean, np.float64)

    def steps(self, first: int, count: int) -> "Scale":
        """The same for some of the steps, where each has its own."""
        if self.mean.ndim < 3 or self.mean.shape[1] == 1:
            return self
        return Scale(self.mean[:, first : first + count], self.scale[:, first : first + count])

    def columns(self, columns: tuple[int, ...]) -> "Scale":
        """The same for some of the columns."""
        if columns == tuple(range(self.mean.shape[-1])):
            return self
        return Scale(self.mean[..., list(columns)], self.scale[..., list(columns)])


class Scaler(BaseModel):
    """Per-column scaling: (value - mean) / scale.

    `none` has means of 0 and scales of 1, and `standard` those of the training rows. `context` scales each context by
    its own values' mean, over the last `season` of them where there is one, and standard deviation, so that one
    network serves series of any level; its own mean and scale stand unused. `seasonal` takes the seasons out of each
    window and scales what is left by itself (models/seasonal/adjusted_windows.py), so windows may have any length and
    season; its own mean and scale stand unused as well.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: ScalerKind
    mean: tuple[FiniteFloat, ...]
    scale: tuple[FiniteFloat, ...]
    season: Annotated[int, Field(ge=1)] | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if len(self.mean) != len(self.scale):
            raise ValueError(f"a scaler needs as many means as scales, not {len(self.mean)} and {len(self.scale)}")
        if min(self.scale, default=0) <= 0:
            raise ValueError("every scale of a scaler must be above 0")
        return self

    @property
    def of_each_window(self) -> bool:
        """Whether every window is scaled by its own values."""
        return self.kind in ("context", "seasonal")

    @classmethod
    def fit(cls, kind: ScalerKind, values: NDArray[np.floating], season: int | None = None) -> Self:
        """Fit on training rows of shape (rows, features); the season is for `context` alone.

        Raises ValueError where `standard` meets a column without spread.
        """
        features = values.shape[1]
        if kind != "standard":
            season = season if kind == "context" else None
            return cls(kind=kind, mean=(0.0,) * features, scale=(1.0,) * features, season=season)
        mean, scale = values.mean(axis=0, dtype=np.float64), values.std(axis=0, dtype=np.float64)
        return cls(kind=kind, mean=tuple(mean.tolist()), scale=tuple(scale.tolist()))

    def of(self, contexts: NDArray[np.floating]) -> Scale:
        """The scale of each of some contexts, shape (rows, input_length, features), in raw units (or differences).

        A `seasonal` scaler has none: its windows have no one length.

        A context of values that are not finite, or too large for their squares, has a scale of NaN; callers check.
        """
        if not self.of_each_window:
            return _fixed(self.mean, self.scale)
        with np.errstate(over="ignore", invalid="ignore"):
            latest = contexts if self.season is None else contexts[:, -self.season :]
            mean = latest.mean(axis=1, keepdims=True, dtype=np.float64)
            spread = contexts.std(axis=1, keepdims=True, dtype=np.float64)
            level = np.abs(contexts).mean(axis=1, keepdims=True, dtype=np.float64)
            scale = np.maximum(spread, MIN_STD_SHARE * level)
        scale[scale == 0] = 1.0
        scale[~np.isfinite(scale)] = np.nan
        return Scale(mean, scale)


@lru_cache(maxsize=4096)
def _fixed(mean: tuple[float, ...], scale: tuple[float, ...]) -> Scale:
    """A scale's arrays, made once: small forecasts would spend a good part of their time on it."""
    arrays = Scale(np.array(mean, np.float64), np.array(scale, np.float64))
    for array in arrays:
        array.flags.writeable = False
    return arrays
