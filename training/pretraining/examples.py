"""Examples to pretrain on: windows of any length and what came after them, as the network takes them in."""

from collections.abc import Sequence
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from models.graphs.decoder_step import OWN
from models.seasonal.adjusted_windows import (
    CHANNELS,
    FACTS,
    MOST_VALUES,
    PHASE_CHANNELS,
    adjusted_windows,
    held_seasons,
)
from models.spec.model_spec import ModelSpec
from training.data.adjusted_samples import scaled_targets

Array = NDArray[np.float32]

LEAST_ERROR_SHARE = 0.02  # of the scale: what the seasonal naive's error is taken for at least
LARGEST_WEIGHT, LEAST_WEIGHT = 4.0, 0.02
USUAL_STEPS = 6  # whose weight is 1: the error of a forecast grows about with the root of its steps


class Examples(NamedTuple):
    """What the network takes in and should give, without what is the same at every step of a window.

    `own` has shape (count, window, OWN), `phases` (count, outputs, PHASE_CHANNELS), `facts` (count, FACTS). `targets`,
    NaN where they are not known, and the `weights` of their errors have shape (count, outputs).
    """

    own: Array
    phases: Array
    facts: Array
    targets: Array
    weights: Array

    @property
    def size(self) -> int:
        """How many there are."""
        return len(self.own)

    @classmethod
    def of(
        cls, values: NDArray[np.float64], seasons: Sequence[int], spec: ModelSpec, predicted: Array | None = None
    ) -> Self:
        """Those of values of shape (rows, length + ahead): windows, and what came after them or NaN.

        `seasons` are what a request would tell. Ahead lie as many values as the network has outputs. With `predicted`,
        shape (rows), lie twice as many: the targets are the later ones, and the network sees the earlier ones in place
        of what it would have predicted by then. Of how they differ from their mean it sees these shares, as
        predictions differ less. Errors are weighted such that they count as they do in MASE (Hyndman and Koehler 2006),
        each series by its own seasonal naive, and less the further ahead.
        """
        outputs = spec.outputs
        shift = 0 if predicted is None else outputs
        windows, after = values[:, : -shift - outputs][:, -MOST_VALUES:], values[:, -shift - outputs :]
        seasons = held_seasons(seasons, windows.shape[1])
        adjusted = adjusted_windows(windows, seasons, spec.window, outputs, shift + outputs)
        targets, seen = scaled_targets(adjusted, after), adjusted.contexts
        if predicted is not None:
            fed_back = targets[:, :shift]
            mean = fed_back.mean(axis=1, keepdims=True)
            fed_back = mean + predicted[:, None] * (fed_back - mean)
            seen = np.concatenate([seen, fed_back[..., None]], axis=1)[:, -spec.window :]
        beside = adjusted.beside[:, shift : shift + spec.window]
        scale = adjusted.scale.scale[:, shift:, 0]
        season = seasons[0] if seasons else 1
        naive_error = np.abs(windows[:, season:] - windows[:, :-season]).mean(axis=1, keepdims=True)
        unit = np.maximum(naive_error, LEAST_ERROR_SHARE * scale.mean(axis=1, keepdims=True))
        steps = np.arange(shift + 1, shift + outputs + 1)
        weights = np.clip(scale / unit, LEAST_WEIGHT, LARGEST_WEIGHT) * (steps / USUAL_STEPS) ** -0.5
        made = cls(
            np.concatenate([seen, beside[:, :, : OWN - 1]], axis=-1),
            beside[:, spec.window - outputs :, OWN - 1 : OWN - 1 + PHASE_CHANNELS],
            beside[:, -1, -FACTS:],
            targets[:, shift:],
            weights.astype(np.float32),
        )
        known = np.isfinite(seen).all(axis=(1, 2)) & np.isfinite(made.targets[:, 0])
        return made.chosen(known & np.isfinite(scale).all(axis=1))

    def chosen(self, rows: NDArray[np.bool_] | NDArray[np.integer]) -> Self:
        """Some of them."""
        return type(self)(*(each[rows] for each in self))

    def inputs(self) -> Array:
        """All that the network takes in, shape (count, window, CHANNELS)."""
        count, window, _ = self.own.shape
        inputs = np.zeros((count, window, CHANNELS), np.float32)
        inputs[:, :, :OWN] = self.own
        inputs[:, window - self.phases.shape[1] :, OWN : OWN + PHASE_CHANNELS] = self.phases
        inputs[:, :, -FACTS:] = self.facts[:, None]
        return inputs


def joined(parts: Sequence[Examples]) -> Examples:
    """All examples of some."""
    return Examples(*(np.concatenate(each) for each in zip(*parts, strict=True)))
