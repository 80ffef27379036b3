"""What a network predicted in raw units, piece by piece: each piece goes on where the one before has ended."""

import numpy as np
from numpy.typing import NDArray

from models.blending.blending import Mixture
from models.errors import InvalidWindow
from models.timeseries.differencing import undo_differences
from models.timeseries.scaling import Scale

Array = NDArray[np.float64]


class RawSteps:
    """The way of a request's predictions back to raw units, of all steps at once or of some after others.

    There are `horizon` steps in all. `scale` is that of the targets, `last_season`, shape (rows, season, targets), what
    the first differences stand on, and `lowest`, which broadcasts against (rows, steps, targets), the least values.
    """

    def __init__(
        self, scale: Scale, horizon: int, last_season: Array | None, mixture: Mixture | None, lowest: Array | None
    ) -> None:
        self._done, self._left = 0, horizon
        self._scale, self._last_season, self._mixture, self._lowest = scale, last_season, mixture, lowest

    def next(self, predictions: NDArray[np.floating]) -> Array:
        """The next steps, shape (rows, steps, targets), in raw units, from these in the network's.

        Raises InvalidWindow, its location the row's index, where one is not finite.
        """
        raw = self._scale.steps(self._done, predictions.shape[1]).unscaled(predictions)
        self._done += raw.shape[1]
        self._left -= raw.shape[1]
        if self._last_season is not None:
            before = self._last_season
            raw = undo_differences(raw, before)
            if self._left:
                self._last_season = np.concatenate([before, raw], axis=1)[:, -before.shape[1] :]
        if self._mixture is not None:
            raw = self._mixture.of(raw, len(self._mixture.shares) - self._left - raw.shape[1])
        if self._lowest is not None:
            raw = np.maximum(raw, self._lowest)
        finite = np.isfinite(raw)
        if int(np.count_nonzero(finite)) != finite.size:
            raise InvalidWindow(
                "the forecast is not a finite number: the window's values lie too far from those of training",
                (int(np.argmin(finite.all(axis=(1, 2)))),),
            )
        return raw
