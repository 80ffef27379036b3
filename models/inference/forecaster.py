"""A model ready to forecast: raw units in, raw units out."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.errors import InvalidHorizon, InvalidRequest, InvalidWindow
from models.inference.conformal import Intervals
from models.inference.input_windows import Windows, check_finite, counted, newest_values
from models.inference.onnx_network import OnnxNetwork
from models.inference.rollout import rollout
from models.spec.model_spec import ModelSpec
from models.timeseries.calendar_features import calendar_inputs
from models.timeseries.differencing import to_differences, undo_differences
from models.timeseries.frequency import parse_frequency
from models.timeseries.scaling import Scale
from models.timeseries.time_index import TimeIndex

# Rows that one call of the network takes: enough to keep the cores busy, few enough to bound memory.
ROWS_PER_CALL = 128

# A value lies far outside what training saw beyond its range by more than this share of the range.
OUT_OF_RANGE_MARGIN = 0.25

# What a window changes over a season at least, in the network's units: one that never does still has an interval.
MIN_CHANGE = 1e-3


class ForecastInputs(NamedTuple):
    """What was asked, made ready for the network.

    `contexts` has shape (rows, input_length, features), in the network's units; `calendar` (rows, window + horizon - 1,
    calendar channels) begins with the first window's first target. `scale` and `before`, the values that the first
    differences stand on, lead back to raw units. `far` are the places of windows that lie far outside what training
    saw.
    """

    contexts: NDArray[np.float32]
    horizon: int
    calendar: NDArray[np.float32] | None
    scale: Scale
    last_season: NDArray[np.float64] | None
    out_of_range: tuple[int, ...] = ()


class Forecaster:
    """A network with its scaler and its shape: windows in the series' units in, forecasts in them out."""

    def __init__(
        self, spec: ModelSpec, network: OnnxNetwork, title: str = "the model", intervals: Intervals | None = None
    ) -> None:
        self.spec = spec
        self.network = network
        self.title = title  # how errors name it
        self.intervals = intervals
        # Small forecasts would spend a good part of their time on working these out.
        self._context, self._targets = spec.context_length, spec.target_columns
        self._frequency = None if spec.frequency is None else parse_frequency(spec.frequency)
        self._low, self._high = _expected_range(spec)

    def prepare(self, windows: Windows, horizon: int = 1, axes: Sequence[TimeIndex] | None = None) -> ForecastInputs:
        """Check a request and make the network's input of it; each window is cut to its newest values.

        A window is oldest first and in raw units: numbers where the model has one feature, else rows of one number
        per feature, shape (at least the context, features). `axes` are the windows' times, which a model with
        calendar inputs needs. Raises InvalidWindow (its location begins with the window's place), InvalidHorizon and
        InvalidRequest.
        """
        spec = self.spec
        if horizon < 1:
            raise InvalidHorizon(f"the horizon must be at least 1, not {horizon}")
        if horizon > 1 and not spec.rolls_out:
            raise InvalidHorizon(
                f"{self.title} forecasts {', '.join(spec.targets)} from {', '.join(spec.features)}, "
                f"so its answers can't be fed back: the horizon must be 1, not {horizon}"
            )
        values = raw = newest_values(windows, self._context, spec.features, self.title)
        before = None
        if spec.difference is not None:
            values, before = to_differences(raw, spec.difference)
        scale = spec.scaler.of(values)
        contexts = scale.scaled(values)
        out_of_range: tuple[int, ...] = ()
        # One look at every value, as a rule; a NaN is in no range.
        if not _all((contexts >= self._low) & (contexts <= self._high)):
            check_finite(contexts, raw, windows)
            outside = (contexts < self._low) | (contexts > self._high)
            out_of_range = tuple(np.flatnonzero(outside.any(axis=(1, 2))).tolist())
        calendar = None if axes is None and not spec.calendar else self._calendar(axes, len(raw), horizon)
        return ForecastInputs(contexts, horizon, calendar, scale, before, out_of_range)

    def forecast(
        self,
        windows: Windows,
        horizon: int = 1,
        *,
        axes: Sequence[TimeIndex] | None = None,
        deadline: float = math.inf,
    ) -> NDArray[np.float64]:
        """Forecast each window's next `horizon` values, one call of the network after another.

        The answer has shape (windows, horizon, targets), in raw units. Raises as `question` and `answers`, and
        ForecastTimeout once time.monotonic() is past the deadline.
        """
        prepared = self.prepare(windows, horizon, axes)
        predictions = []
        for first in range(0, len(prepared.contexts), ROWS_PER_CALL):
            rows = slice(first, first + ROWS_PER_CALL)
            contexts = prepared.contexts[rows]
            known = None if prepared.calendar is None else prepared.calendar[rows]
            predictions.append(rollout(self.network, self.spec, contexts, horizon, calendar=known, deadline=deadline))
        return self.to_raw(prepared, np.concatenate(predictions))

    def to_raw(self, prepared: ForecastInputs, predictions: NDArray[np.float32]) -> NDArray[np.float64]:
        """What the network predicted, shape (windows, horizon, targets), in raw units.

        Raises InvalidWindow where it is not finite.
        """
        raw = prepared.scale.columns(self._targets).unscaled(predictions)
        if prepared.last_season is not None:
            raw = undo_differences(raw, prepared.last_season)
        if not _all(np.isfinite(raw)):
            finite = np.isfinite(raw).all(axis=(1, 2))
            raise InvalidWindow(
                "the forecast is not a finite number: the window's values lie too far from those of training",
                (int(np.argmin(finite)),),
            )
        return raw

    def to_network_units(self, prepared: ForecastInputs, answers: NDArray[np.float64]) -> NDArray[np.float32]:
        """Values in raw units, shape (windows, horizon, targets), as the network would predict them: undoes `answers`.

        What is judged in the network's own units is judged on these.
        """
        if prepared.last_season is not None:
            season = prepared.last_season.shape[1]
            answers, _ = to_differences(np.concatenate([prepared.last_season, answers], axis=1), season)
        return prepared.scale.columns(self._targets).scaled(answers)

    def half_widths(self, prepared: ForecastInputs, level: float) -> NDArray[np.float64]:
        """Half the width of the intervals of a level in percent, in raw units; broadcasts against the answers.

        Raises InvalidRequest where the model, the level or the horizon has no calibrated intervals.
        """
        if self.intervals is None:
            raise InvalidRequest(f"{self.title} has no calibrated intervals: leave levels out", ("levels",))
        return self.intervals.half_widths(level, prepared.horizon) * self.interval_scale(prepared)

    def interval_scale(self, prepared: ForecastInputs) -> NDArray[np.float64]:
        """In what units half-widths are, broadcasting against (rows, horizon, targets): each forecast's scale.

        With `interval_season`, times each window's mean absolute change over one season, over the network's window:
        errors are large where seasons differ (locally weighted conformal prediction, Lei et al. 2018, 5.2).
        """
        spec = self.spec
        scale, season = prepared.scale.columns(self._targets).scale, spec.interval_season
        if season is None:
            return scale
        latest = prepared.contexts[:, -min(spec.window + season, spec.input_length) :, list(self._targets)]
        with np.errstate(over="ignore"):  # bounds that are not finite are refused
            changes = np.abs(latest[:, season:] - latest[:, :-season]).mean(axis=1, keepdims=True, dtype=np.float64)
        return np.asarray(scale * np.maximum(changes, MIN_CHANGE))

    def _calendar(self, axes: Sequence[TimeIndex] | None, rows: int, horizon: int) -> NDArray[np.float32] | None:
        """The calendar of every step's target, shape (rows, window + horizon - 1, calendar channels)."""
        spec = self.spec
        if axes is None:
            raise InvalidRequest(
                f"{self.title} takes in the {', '.join(spec.calendar)} of each value: send the window's timestamps, "
                f'or its last value\'s time as end with freq "{spec.frequency}"',
                ("timestamps",),
            )
        if len(axes) != rows:
            raise InvalidRequest(f"{counted(rows, 'window')} came with the times of {len(axes)}: send as many")
        for place, axis in enumerate(axes):
            if self._frequency not in (None, axis.frequency):
                raise InvalidRequest(
                    f"{self.title} was trained on values {spec.frequency} apart: send those, with freq "
                    f'"{spec.frequency}"',
                    ("freq", place),
                )
        if not spec.calendar:
            return None
        steps = np.arange(2 - spec.window, horizon + 1)
        return calendar_inputs(np.stack([axis.at(steps) for axis in axes]), spec.calendar, spec.timezone)


def _all(flags: NDArray[np.bool_]) -> bool:
    """Whether all are true, told in a quarter of the time that numpy's own way takes for a few."""
    return int(np.count_nonzero(flags)) == flags.size


def _expected_range(spec: ModelSpec) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Between which numbers, in the network's units, each column's values are expected: finite ones at least."""
    largest = float(np.finfo(np.float32).max)
    if spec.seen is None:
        return np.array(-largest, np.float32), np.array(largest, np.float32)
    low, high = np.array(spec.seen.minimum), np.array(spec.seen.maximum)
    with np.errstate(over="ignore"):
        margin = OUT_OF_RANGE_MARGIN * (high - low)
        low, high = (low - margin).clip(-largest, largest), (high + margin).clip(-largest, largest)
    return low.astype(np.float32), high.astype(np.float32)
