"""A forecast as it comes: some steps of all windows at a time, each as it stands in the whole answer."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.errors import InvalidRequest, InvalidWindow
from models.inference.forecaster import Forecaster
from models.intervals.conformal import Bounds
from models.spec.manifest import Manifest
from service.forecasting import ForecastRequest, PreparedRequest, finite_interval
from service.replays import of_window

Array = NDArray[np.float64]


class ForecastPiece(NamedTuple):
    """Steps from index `first` on of each window: shape (windows, steps, targets), in raw units.

    `intervals` has the bounds of each level, of the same shape, and `timestamps` each window's times of these steps.
    """

    first: int
    predictions: Array
    intervals: Mapping[float, Bounds]
    timestamps: Sequence[Sequence[str]] | None


class ForecastEnd(NamedTuple):
    """What is told once all steps are: as in a Forecast."""

    manifest: Manifest
    out_of_range: tuple[int, ...]
    unseen: Mapping[str, str]
    found: tuple[tuple[int, ...] | None, ...] = ()


def check_streamed(request: ForecastRequest) -> None:
    """Raise InvalidRequest where no step is known before all are."""
    for name, asked in (("paths", request.paths), ("adapt", request.adapt)):
        if asked:
            raise InvalidRequest(
                f"{name} needs whole forecasts, and a stream has them step by step: leave {name} out, or accept "
                "application/json",
                (name,),
            )


class ForecastSteps:
    """Turns what the network predicted into pieces of the answer, one after another."""

    def __init__(self, forecaster: Forecaster, prepared: PreparedRequest) -> None:
        self._forecaster, self._prepared = forecaster, prepared
        self._raw_steps = forecaster.raw_steps(prepared.inputs, prepared.inputs.horizon)
        self._done = 0

    def next(self, predictions: NDArray[np.float32]) -> ForecastPiece:
        """The next steps, from what the network predicted: shape (windows, steps, columns), in its units.

        Raises InvalidWindow where a number is not finite.
        """
        forecaster, prepared = self._forecaster, self._prepared
        first, self._done = self._done, self._done + predictions.shape[1]
        steps = slice(first, self._done)
        try:
            raw = self._raw_steps.next(predictions[..., : len(forecaster.spec.targets)])
            intervals = {}
            if prepared.error_bounds:
                scale = forecaster.error_scale(prepared.inputs, predictions, first)
                for level, bounds in prepared.error_bounds.items():
                    of_steps = scale.bounds(Bounds(bounds.lower[steps], bounds.upper[steps]))
                    intervals[level] = finite_interval(forecaster, prepared.inputs, raw, of_steps)
        except InvalidWindow as error:
            raise of_window(error, prepared.replays) from None
        times = prepared.timestamps
        return ForecastPiece(first, raw, intervals, None if times is None else [each[steps] for each in times])

    def end(self, manifest: Manifest) -> ForecastEnd:
        """What is told at the end."""
        own = self._prepared.asked_inputs
        return ForecastEnd(manifest, own.out_of_range, self._prepared.unseen, own.found)
