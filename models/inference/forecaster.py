"""A model ready to forecast: raw units in, raw units out."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.errors import InvalidHorizon, InvalidRequest, InvalidWindow
from models.inference.conformal import Intervals
from models.inference.input_windows import Windows, check_finite, counted, newest_values
from models.inference.onnx_network import Network
from models.inference.rollout import rollout
from models.spec.model_spec import Shape
from models.timeseries.calendar_features import calendar_inputs
from models.timeseries.differencing import summed, to_differences
from models.timeseries.scaling import Scale
from models.timeseries.time_index import Axis, parse_frequency

# Rows that one call of the network takes: enough to keep the cores busy, few enough to bound memory.
ROWS_PER_CALL = 128

# A value lies far outside what training saw beyond its range by more than this share of the range.
FAR = 0.25

# What a window changes over a season at least, in the network's units: one that never does still has an interval.
LEAST_CHANGE = 1e-3


class Question(NamedTuple):
    """What was asked, made ready for the network.

    `contexts` has shape (rows, depth, features), in the network's units; `calendar` (rows, window + horizon - 1,
    calendar channels) begins with the first window's first target. `scale` and `before`, the values that the first
    differences stand on, lead back to raw units. `far` are the places of windows that lie far outside what training
    saw.
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
        # Small forecasts would spend a good part of their time on working these out.
        self._context, self._targets = shape.context, shape.target_columns
        self._frequency = None if shape.frequency is None else parse_frequency(shape.frequency)
        self._low, self._high = _expected_range(shape)

    def question(self, windows: Windows, horizon: int = 1, axes: Sequence[Axis] | None = None) -> Question:
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
        values = raw = newest_values(windows, self._context, shape.features, self.title)
        before = None
        if shape.difference is not None:
            values, before = to_differences(raw, shape.difference)
        scale = shape.scaler.of(values)
        contexts = scale.scaled(values)
        far: tuple[int, ...] = ()
        # One look at every value, as a rule; a NaN is in no range.
        if not _all((contexts >= self._low) & (contexts <= self._high)):
            check_finite(contexts, raw, windows)
            outside = (contexts < self._low) | (contexts > self._high)
            far = tuple(np.flatnonzero(outside.any(axis=(1, 2))).tolist())
        calendar = None if axes is None and not shape.calendar else self._calendar(axes, len(raw), horizon)
        return Question(contexts, horizon, calendar, scale, before, far)

    def forecast(
        self,
        windows: Windows,
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
        predictions = []
        for first in range(0, len(question.contexts), ROWS_PER_CALL):
            rows = slice(first, first + ROWS_PER_CALL)
            contexts = question.contexts[rows]
            known = None if question.calendar is None else question.calendar[rows]
            predictions.append(rollout(self.network, self.shape, contexts, horizon, calendar=known, deadline=deadline))
        return self.answers(question, np.concatenate(predictions))

    def answers(self, question: Question, predictions: NDArray[np.float32]) -> NDArray[np.float64]:
        """What the network predicted, shape (windows, horizon, targets), in raw units.

        Raises InvalidWindow where it is not finite.
        """
        raw = question.scale.columns(self._targets).unscaled(predictions)
        if question.before is not None:
            raw = summed(raw, question.before)
        if not _all(np.isfinite(raw)):
            finite = np.isfinite(raw).all(axis=(1, 2))
            raise InvalidWindow(
                "the forecast is not a finite number: the window's values lie too far from those of training",
                (int(np.argmin(finite)),),
            )
        return raw

    def predictions(self, question: Question, answers: NDArray[np.float64]) -> NDArray[np.float32]:
        """Values in raw units, shape (windows, horizon, targets), as the network would predict them: undoes `answers`.

        What is judged in the network's own units is judged on these.
        """
        if question.before is not None:
            season = question.before.shape[1]
            answers, _ = to_differences(np.concatenate([question.before, answers], axis=1), season)
        return question.scale.columns(self._targets).scaled(answers)

    def half_widths(self, question: Question, level: float) -> NDArray[np.float64]:
        """Half the width of the intervals of a level in percent, in raw units; broadcasts against the answers.

        Raises InvalidRequest where the model, the level or the horizon has no calibrated intervals.
        """
        if self.intervals is None:
            raise InvalidRequest(f"{self.title} has no calibrated intervals: leave levels out", ("levels",))
        return self.intervals.half_widths(level, question.horizon) * self.interval_scale(question)

    def interval_scale(self, question: Question) -> NDArray[np.float64]:
        """In what units half-widths are, broadcasting against (rows, horizon, targets): each forecast's scale.

        With `interval_season`, times each window's mean absolute change over one season, over the network's window:
        errors are large where seasons differ (locally weighted conformal prediction, Lei et al. 2018, 5.2).
        """
        shape = self.shape
        scale, season = question.scale.columns(self._targets).scale, shape.interval_season
        if season is None:
            return scale
        latest = question.contexts[:, -min(shape.window + season, shape.depth) :, list(self._targets)]
        with np.errstate(over="ignore"):  # bounds that are not finite are refused
            changes = np.abs(latest[:, season:] - latest[:, :-season]).mean(axis=1, keepdims=True, dtype=np.float64)
        return np.asarray(scale * np.maximum(changes, LEAST_CHANGE))

    def _calendar(self, axes: Sequence[Axis] | None, rows: int, horizon: int) -> NDArray[np.float32] | None:
        """The calendar of every step's target, shape (rows, window + horizon - 1, calendar channels)."""
        shape = self.shape
        if axes is None:
            raise InvalidRequest(
                f"{self.title} takes in the {', '.join(shape.calendar)} of each value: send the window's timestamps, "
                f'or its last value\'s time as end with freq "{shape.frequency}"',
                ("timestamps",),
            )
        if len(axes) != rows:
            raise InvalidRequest(f"{counted(rows, 'window')} came with the times of {len(axes)}: send as many")
        for place, axis in enumerate(axes):
            if self._frequency not in (None, axis.frequency):
                raise InvalidRequest(
                    f"{self.title} was trained on values {shape.frequency} apart: send those, with freq "
                    f'"{shape.frequency}"',
                    ("freq", place),
                )
        if not shape.calendar:
            return None
        steps = np.arange(2 - shape.window, horizon + 1)
        return calendar_inputs(np.stack([axis.at(steps) for axis in axes]), shape.calendar, shape.timezone)


def _all(flags: NDArray[np.bool_]) -> bool:
    """Whether all are true, told in a quarter of the time that numpy's own way takes for a few."""
    return int(np.count_nonzero(flags)) == flags.size


def _expected_range(shape: Shape) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Between which numbers, in the network's units, each column's values are expected: finite ones at least."""
    largest = float(np.finfo(np.float32).max)
    if shape.seen is None:
        return np.array(-largest, np.float32), np.array(largest, np.float32)
    low, high = np.array(shape.seen.minimum), np.array(shape.seen.maximum)
    with np.errstate(over="ignore"):
        margin = FAR * (high - low)
        low, high = (low - margin).clip(-largest, largest), (high + margin).clip(-largest, largest)
    return low.astype(np.float32), high.astype(np.float32)
