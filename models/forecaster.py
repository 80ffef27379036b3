"""A model ready to forecast: raw units in, raw units out."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.calendar import calendar_inputs
from models.differences import summed, to_differences
from models.errors import InvalidHorizon, InvalidRequest, InvalidWindow
from models.intervals import Intervals
from models.manifest import Shape
from models.network import Network
from models.rollout import rollout
from models.scaling import Scale
from models.times import Axis, parse_frequency

# Rows that one call of the network takes: enough to keep the cores busy, few enough to bound memory.
ROWS_PER_CALL = 128

# A value lies far outside what training saw beyond its range by more than this share of the range.
FAR = 0.25

# Numbers, or rows of numbers, oldest first and in the series' units.
Window = Sequence[float] | Sequence[Sequence[float]] | NDArray[np.floating]


class Question(NamedTuple):
    """What was asked, made ready for the network.

    `contexts` has shape (rows, depth, features), in the network's units; `calendar` (rows, window + horizon - 1,
    channels). `scale` and `before`, the values that the first differences stand on, lead back to raw units. `far`
    are the places of windows that lie far outside what training saw.
    """

    contexts: NDArray[np.float32]
    horizon: int
    calendar: NDArray[np.float32] | None
    scale: Scale
    before: NDArray[np.float64] | None
    far: tuple[int, ...] = ()


class Forecaster:
    """A network with its scaler and its shape: windows in the series' units in, forecasts in them out."""

    def __init__(
        self, shape: Shape, network: Network, title: str = "the model", intervals: Intervals | None = None
    ) -> None:
        self.shape = shape
        self.network = network
        self.title = title  # how errors name it
        self.intervals = intervals
        self._frequency = None if shape.frequency is None else parse_frequency(shape.frequency)
        largest = float(np.finfo(np.float32).max)
        self._low, self._high = np.float32(-largest), np.float32(largest)
        if shape.seen is not None:
            low, high = np.array(shape.seen.minimum), np.array(shape.seen.maximum)
            margin = FAR * (high - low)
            self._low, self._high = (low - margin).astype(np.float32), (high + margin).astype(np.float32)

    def question(
        self,
        windows: Sequence[Window] | NDArray[np.floating],
        horizon: int = 1,
        axes: Sequence[Axis] | None = None,
    ) -> Question:
        """Check a request and make the network's input of it; each window is cut to its newest values.

        A window is oldest first and in raw units: numbers where the model has one feature, else rows of one number
        per feature, shape (at least the context, features). `axes` are the windows' times, which a model with
        calendar inputs needs. Raises InvalidWindow (its location begins with the window's place), InvalidHorizon and
        InvalidRequest.
        """
        shape = self.shape
        if horizon < 1:
            raise InvalidHorizon(f"the horizon must be at least 1, not {horizon}")
        if horizon > 1 and not shape.rolls_out:
            raise InvalidHorizon(
                f"{self.title} forecasts {', '.join(shape.targets)} from {', '.join(shape.features)}, "
                f"so its answers can't be fed back: the horizon must be 1, not {horizon}"
            )
        raw = self._raw(windows)
        before = None
        values = raw
        if shape.difference is not None:
            values, before = to_differences(raw, shape.difference)
        scale = shape.scaler.of(values)
        contexts = scale.scaled(values)
        far: tuple[int, ...] = ()
        # One look at every value, and a NaN is in no range.
        if not ((contexts >= self._low) & (contexts <= self._high)).all():
            self._check_finite(contexts, windows)
            outside = (contexts < self._low) | (contexts > self._high)
            far = tuple(np.flatnonzero(outside.any(axis=(1, 2))).tolist())
        return Question(contexts, horizon, self._calendar(axes, horizon), scale, before, far)

    def forecast(
        self,
        windows: Sequence[Window] | NDArray[np.floating],
        horizon: int = 1,
        *,
        axes: Sequence[Axis] | None = None,
        deadline: float = math.inf,
    ) -> NDArray[np.float64]:
        """Forecast each window's next `horizon` values, one call of the network after another.

        The answer has shape (windows, horizon, targets), in raw units. Raises as `question` and `answers`, and
        ForecastTimeout once time.monotonic() is past the deadline.
        """
        question = self.question(windows, horizon, axes)
        answers = []
        for first in range(0, len(question.contexts), ROWS_PER_CALL):
            rows = slice(first, first + ROWS_PER_CALL)
            calendar = None if question.calendar is None else question.calendar[rows]
            contexts = question.contexts[rows]
            answers.append(rollout(self.network, self.shape, contexts, horizon, calendar=calendar, deadline=deadline))
        return self.answers(question, np.concatenate(answers))

    def answers(self, question: Question, predictions: NDArray[np.float32]) -> NDArray[np.float64]:
        """What the network predicted, shape (windows, horizon, targets), in raw units.

        Raises InvalidWindow where it is not finite.
        """
        raw = question.scale.columns(self.shape.target_columns).unscaled(predictions)
        if question.before is not None:
            raw = summed(raw, question.before)
        if not np.isfinite(raw).all():
            finite = np.isfinite(raw).all(axis=(1, 2))
            raise InvalidWindow(
                "the forecast is not a finite number: the window's values lie too far from those of training",
                (int(np.argmin(finite)),),
            )
        return raw

    def half_widths(self, question: Question, level: float) -> NDArray[np.float64]:
        """Half the width of the intervals of a level in percent, in raw units; broadcasts against the answers.

        Raises InvalidRequest where the model, the level or the horizon has no calibrated intervals.
        """
        if self.intervals is None:
            raise InvalidRequest(f"{self.title} has no calibrated intervals: leave levels out", ("levels",))
        half = self.intervals.half_widths(level, question.horizon)
        return half * question.scale.columns(self.shape.target_columns).scale

    def _raw(self, windows: Sequence[Window] | NDArray[np.floating]) -> NDArray[np.float64]:
        """The newest values of each window, shape (windows, context, features), in raw units."""
        needed = self.shape.context
        found = []
        for place, window in enumerate(windows):
            if len(window) < needed:
                raise InvalidWindow(
                    f"the window has {_count(len(window), 'value')}; {self.title} needs at least {needed}", (place,)
                )
            try:
                found.append(self._rows(window[-needed:], first=len(window) - needed))
            except InvalidWindow as error:
                raise InvalidWindow(str(error), (place, *error.location)) from None
        if not found:
            raise InvalidWindow("at least one window is needed")
        return found[0][None] if len(found) == 1 else np.stack(found)

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

    def _check_finite(self, contexts: NDArray[np.float32], windows: Sequence[Window] | NDArray[np.floating]) -> None:
        """Raise InvalidWindow at the first value that is not finite, or not once it is scaled."""
        bad = np.argwhere(~np.isfinite(contexts))
        if len(bad):
            place, index, _ = bad[0].tolist()
            raise InvalidWindow(
                "values must be finite and fit in 32-bit floats",
                (place, len(windows[place]) - self.shape.depth + index),
            )

    def _calendar(self, axes: Sequence[Axis] | None, horizon: int) -> NDArray[np.float32] | None:
        """The calendar of every step's target, shape (windows, window + horizon - 1, channels)."""
        shape = self.shape
        for place, axis in enumerate(axes or ()):
            if self._frequency not in (None, axis.frequency):
                raise InvalidRequest(
                    f"{self.title} was trained on values {shape.frequency} apart: send those, with freq "
                    f'"{shape.frequency}"',
                    ("freq", place),
                )
        if not shape.calendar:
            return None
        if axes is None:
            raise InvalidRequest(
                f"{self.title} takes in the {', '.join(shape.calendar)} of each value: send the window's timestamps, "
                f'or its last value\'s time as end with freq "{shape.frequency or "30m"}"',
                ("timestamps",),
            )
        steps = np.arange(2 - shape.window, horizon + 1)
        try:
            return np.stack([calendar_inputs(axis.at(steps), shape.calendar, shape.timezone) for axis in axes])
        except (ValueError, OverflowError) as error:
            raise InvalidRequest("the window and its forecast must lie in the years 2 to 9998", ("end",)) from error


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
