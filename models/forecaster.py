"""A model ready to forecast: raw units in, raw units out."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.errors import InvalidHorizon, InvalidWindow
from models.manifest import Shape
from models.network import Network
from models.rollout import rollout

# Rows that one call of the network takes: enough to keep the cores busy, few enough to bound memory.
ROWS_PER_CALL = 128


# Numbers, or rows of numbers, oldest first and in the series' units.
Window = Sequence[float] | Sequence[Sequence[float]] | NDArray[np.floating]


class Forecaster:
    """A network with its scaler and its shape: windows in the series' units in, forecasts in them out."""

    def __init__(self, shape: Shape, network: Network, title: str = "the model") -> None:
        self.shape = shape
        self.network = network
        self.title = title  # how errors name it

    def context(self, window: Window) -> NDArray[np.float32]:
        """Check one window and cut it to its newest values, in the network's units.

        `window` is oldest first and in raw units: numbers where the model has one feature, else rows of one
        number per feature, shape (at least the context, features). The answer has shape (context, features).
        Raises InvalidWindow.
        """
        shape = self.shape
        if len(window) < shape.context:
            raise InvalidWindow(
                f"the window has {_count(len(window), 'value')}; {self.title} needs at least {shape.context}"
            )
        raw = self._rows(window[-shape.context :], first=len(window) - shape.context)
        scaled = shape.scaler.scaled(raw)
        if not np.isfinite(scaled).all():
            index = len(window) - shape.context + int(np.argwhere(~np.isfinite(scaled))[0][0])
            raise InvalidWindow("values must be finite and fit in 32-bit floats", (index,))
        return scaled

    def forecast(
        self,
        windows: Sequence[Window] | NDArray[np.floating],
        horizon: int = 1,
        *,
        deadline: float = math.inf,
    ) -> NDArray[np.float64]:
        """Forecast each window's next `horizon` values, one call of the network after another.

        The answer has shape (windows, horizon, targets), in raw units. Raises InvalidWindow (its location
        begins with the window's place), InvalidHorizon, and ForecastTimeout once time.monotonic() is past
        the deadline.
        """
        contexts = self.contexts(windows, horizon)
        shape = self.shape
        answers = [
            rollout(
                self.network,
                contexts[start : start + ROWS_PER_CALL],
                mode=shape.rollout,
                window=shape.window,
                lead=shape.lead,
                horizon=horizon,
                deadline=deadline,
            )
            for start in range(0, len(contexts), ROWS_PER_CALL)
        ]
        return self.answers(np.concatenate(answers))

    def contexts(self, windows: Sequence[Window] | NDArray[np.floating], horizon: int) -> NDArray[np.float32]:
        """Check a request and make the network's input of it, shape (windows, context, features).

        Raises InvalidWindow (its location begins with the window's place) and InvalidHorizon.
        """
        shape = self.shape
        if horizon < 1:
            raise InvalidHorizon(f"the horizon must be at least 1, not {horizon}")
        if horizon > 1 and not shape.rolls_out:
            raise InvalidHorizon(
                f"{self.title} forecasts {', '.join(shape.targets)} from {', '.join(shape.features)}, "
                f"so its answers can't be fed back: the horizon must be 1, not {horizon}"
            )
        found = []
        for place, window in enumerate(windows):
            try:
                found.append(self.context(window))
            except InvalidWindow as error:
                raise InvalidWindow(str(error), (place, *error.location)) from None
        if not found:
            raise InvalidWindow("at least one window is needed")
        return np.stack(found)

    def answers(self, predictions: NDArray[np.float32]) -> NDArray[np.float64]:
        """What the network predicted, shape (windows, horizon, targets), in raw units.

        Raises InvalidWindow where it is not finite.
        """
        raw = self.shape.scaler.unscaled(predictions, self.shape.target_columns)
        if not np.isfinite(raw).all():
            finite = np.isfinite(raw).all(axis=(1, 2))
            raise InvalidWindow(
                "the forecast is not a finite number: the window's values lie too far from those of training",
                (int(np.argmin(finite)),),
            )
        return raw

    def _rows(self, window: Window, first: int) -> NDArray[np.float64]:
        """The window's rows, shape (context, features); raise InvalidWindow at the first that is none."""
        names = self.shape.features
        try:
            raw = np.asarray(window, np.float64)
        except (ValueError, TypeError):
            raw = np.empty(())
        if raw.shape == (len(window), len(names)) or (raw.ndim == 1 and len(names) == 1):
            return raw.reshape(len(window), len(names))
        needed = "a number" if len(names) == 1 else f"a row of {len(names)} numbers ({', '.join(names)})"
        for index, row in enumerate(window, start=first):
            shape = np.shape(row)
            if shape != (len(names),) and not (shape == () and len(names) == 1):
                came = f"a row of {shape[0]}" if shape else "a single number"
                raise InvalidWindow(f"each value must be {needed}, but {came} came", (index,))
        raise InvalidWindow(f"each value must be {needed}")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
