"""A model ready to forecast: raw units in, raw units out."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.blending.blending import Blending, known_of_targets
from models.errors import InvalidHorizon, InvalidRequest
from models.graphs.onnx_network import OnnxNetwork
from models.inference.any_windows import SentSeasons, adjusted_inputs, refuse_seasons
from models.inference.covariates import Codes, covariate_inputs
from models.inference.input_windows import Windows, check_finite, newest_values
from models.inference.masks import with_masks
from models.inference.raw_steps import RawSteps
from models.inference.rollout import rollout
from models.inference.sent_covariates import NO_COVARIATES
from models.inference.time_inputs import time_inputs
from models.intervals.conformal import Bounds, Intervals
from models.intervals.error_scale import ErrorScale, error_scale
from models.intervals.sample_paths import check_paths, sample_paths
from models.spec.model_spec import ModelSpec
from models.text import counted
from models.timeseries.differencing import to_differences
from models.timeseries.frequency import parse_frequency
from models.timeseries.missing_values import fill_forward
from models.timeseries.scaling import Scale
from models.timeseries.time_index import TimeIndex

# Rows that one call of the network takes: enough to keep the cores busy, few enough to bound memory.
ROWS_PER_CALL = 128

# A value is out of range when it lies beyond the range of training by more than this share of that range.
OUT_OF_RANGE_MARGIN = 0.25


class ForecastInputs(NamedTuple):
    """A request made ready for the network.

    `contexts` has shape (rows, input_length, features), in the network's units. `known_future` has shape (rows,
    window + horizon - 1, channels) and begins with the first window's first target. `scale` and `last_season` (the
    values that the first differences stand on) lead back to raw units. `out_of_range` are the indexes of windows with
    values far outside those of training. `recent`, shape (rows, context, targets) and in raw units, is what the other
    forecasts of a blend are made from. `lowest`, which broadcasts against (rows, horizon, targets), has the least value
    that each target may have; None where any may have all. `found` are the seasons that were found in the windows,
    where a model takes in seasons: None of a window that came with its own.
    """

    contexts: NDArray[np.float32]
    horizon: int
    known_future: NDArray[np.float32] | None
    scale: Scale
    last_season: NDArray[np.float64] | None
    out_of_range: tuple[int, ...] = ()
    recent: NDArray[np.float64] | None = None
    lowest: NDArray[np.float64] | None = None
    found: tuple[tuple[int, ...] | None, ...] = ()

    def first(self, count: int) -> "ForecastInputs":
        """The inputs of the first windows."""
        if count == len(self.contexts):
            return self
        per_row = self.lowest is not None and self.lowest.ndim == 3
        return self._replace(
            contexts=self.contexts[:count],
            out_of_range=tuple(index for index in self.out_of_range if index < count),
            lowest=self.lowest[:count] if per_row and self.lowest is not None else self.lowest,
            found=self.found[:count],
        )


class Forecaster:
    """A network with its spec: windows in the series' units in, forecasts in these units out."""

    def __init__(
        self, spec: ModelSpec, network: OnnxNetwork, title: str = "the model", intervals: Intervals | None = None
    ) -> None:
        self.spec = spec
        self.network = network
        self.title = title  # how errors name it
        self.intervals = intervals
        # Small forecasts would spend a good part of their time on working these out.
        self._context_length, self._targets = spec.context_length, spec.target_columns
        self._frequency = None if spec.frequency is None else parse_frequency(spec.frequency)
        self._network_context = spec.network_context
        self._asks_more = spec.needs_times or any(spec.covariates)  # than the windows
        self._blending = None if spec.blend is None else Blending(spec.blend)
        self._fixed_scale = None if spec.scaler.of_each_window else spec.scaler.of(np.empty(0))
        self._lowest = _lowest(spec)
        self._low, self._high = _expected_range(spec)

    def prepare(
        self,
        windows: Windows,
        horizon: int = 1,
        times: Sequence[TimeIndex] | None = None,
        codes: Codes | None = None,
        seasons: SentSeasons | None = None,
    ) -> ForecastInputs:
        """Check a request and make the network's inputs of it; each window is cut to its newest values.

        A window is oldest first and in raw units: numbers where the model has one feature, else rows of one number
        per feature, shape (at least the context, features). `times` has each window's time index, which a model with
        calendar inputs needs, and `codes` those of its covariates, shape (windows, at least window + lead - 1 +
        horizon, covariates), which end with the horizon. `seasons` has each window's, for a model that takes windows of
        any length and season; where it has None they are looked for. Raises InvalidWindow (its location begins with the
        window's index), InvalidHorizon and InvalidRequest.
        """
        spec = self.spec
        # 1. Can the model reach so far?
        if horizon < 1:
            raise InvalidHorizon(f"the horizon must be at least 1, not {horizon}")
        if horizon > 1 and not spec.rolls_out:
            raise InvalidHorizon(
                f"{self.title} forecasts {', '.join(spec.targets)} from {', '.join(spec.features)}, "
                f"so its answers can't be fed back: the horizon must be 1, not {horizon}"
            )
        if spec.max_horizon is not None and horizon > spec.max_horizon:
            names = ", ".join(covariate.name for covariate in spec.past)
            raise InvalidHorizon(
                f"{self.title} takes in {names}, not known after the window, and gives {spec.max_horizon} values at "
                f"once: the horizon may be at most {spec.max_horizon}, not {horizon}"
            )
        if spec.any_length:
            return self._prepare_any(windows, horizon, seasons)
        refuse_seasons(seasons, self.title)
        # 2. Raw values, their differences, the network's units.
        raw = newest_values(windows, self._context_length, spec.features, self.title, spec.extension)
        missing = np.isnan(raw) if spec.masked else None
        if missing is not None:
            raw = fill_forward(raw)
        values = raw if self._blending is None else raw[:, -self._network_context :]
        last_season = None
        if spec.difference is not None:
            values, last_season = to_differences(values, spec.difference)
        scale = self._fixed_scale or spec.scaler.of(values)
        contexts = scale.scaled(values)
        # 3. Are they such as training saw? As a rule one look at every value is enough; a NaN is in no range.
        out_of_range: tuple[int, ...] = ()
        if not _all((contexts >= self._low) & (contexts <= self._high)):
            check_finite(contexts, raw, windows)
            outside = (contexts < self._low) | (contexts > self._high)
            out_of_range = tuple(np.flatnonzero(outside.any(axis=(1, 2))).tolist())
        # 4. What is known of the future.
        known_future = self._known_future(times, codes, len(raw), horizon)
        if missing is not None:
            known_future = with_masks(spec, missing, horizon, known_future)
        recent = None if self._blending is None else raw[:, :, list(self._targets)]
        return ForecastInputs(contexts, horizon, known_future, scale, last_season, out_of_range, recent, self._lowest)

    def forecast(
        self,
        windows: Windows,
        horizon: int = 1,
        *,
        times: Sequence[TimeIndex] | None = None,
        codes: Codes | None = None,
        seasons: SentSeasons | None = None,
    ) -> NDArray[np.float64]:
        """Forecast each window's next `horizon` values, one call of the network after another.

        The answer has shape (windows, horizon, targets), in raw units. Raises as `prepare` and `to_raw`.
        """
        inputs = self.prepare(windows, horizon, times, codes, seasons)
        predictions = []
        for first in range(0, len(inputs.contexts), ROWS_PER_CALL):
            rows = slice(first, first + ROWS_PER_CALL)
            known = None if inputs.known_future is None else inputs.known_future[rows]
            predictions.append(rollout(self.network, self.spec, inputs.contexts[rows], horizon, known))
        return self.to_raw(inputs, np.concatenate(predictions))

    def to_raw(self, inputs: ForecastInputs, predictions: NDArray[np.float32]) -> NDArray[np.float64]:
        """The forecasts, shape (windows, horizon, targets), in raw units, from what the network predicted.

        Of these predictions, shape (windows, horizon, spec.output_columns), only the values are looked at. Where the
        model has a blend, its other forecasts are mixed in. Raises InvalidWindow, its location the window's index,
        where one is not finite.
        """
        return self.raw_steps(inputs, predictions.shape[1]).next(predictions[..., : len(self._targets)])

    def raw_steps(self, inputs: ForecastInputs, horizon: int) -> RawSteps:
        """The same for predictions, of the targets alone, that come piece by piece until there are `horizon` steps."""
        mixture = None
        if self._blending is not None and inputs.recent is not None:
            known = known_of_targets(self.spec, inputs.known_future) if self._blending.takes_known else None
            mixture = self._blending.mixture(inputs.recent, horizon, known)
        return RawSteps(inputs.scale.columns(self._targets), horizon, inputs.last_season, mixture, inputs.lowest)

    def to_network_units(self, inputs: ForecastInputs, raw: NDArray[np.float64]) -> NDArray[np.float32]:
        """Forecasts in raw units, shape (windows, horizon, targets), in the units that the network predicts in.

        What is judged in the network's own units is judged on these.
        """
        if inputs.last_season is not None:
            season = inputs.last_season.shape[1]
            raw, _ = to_differences(np.concatenate([inputs.last_season, raw], axis=1), season)
        return inputs.scale.columns(self._targets).scaled(raw)

    def error_bounds(self, level: float, horizon: int) -> Bounds:
        """The bounds of errors at a level in percent, shape (horizon, targets), in units of `error_scale`.

        Raises InvalidRequest where the model, the level or the horizon has no calibrated intervals.
        """
        if self.intervals is None:
            raise InvalidRequest(f"{self.title} has no calibrated intervals: leave levels out", ("levels",))
        return self.intervals.error_bounds(level, horizon)

    def error_scale(self, inputs: ForecastInputs, predictions: NDArray[np.float32], first: int = 0) -> ErrorScale:
        """The units of the errors of forecasts, from what the network predicted: shape (rows, steps, columns).

        These are the steps of the horizon from index `first` on.
        """
        scale = inputs.scale.columns(self._targets).steps(first, predictions.shape[1])
        return error_scale(self.spec, scale, inputs.contexts, predictions)

    def interval(self, inputs: ForecastInputs, forecasts: NDArray[np.float64], error_bounds: Bounds) -> Bounds:
        """The interval around forecasts of shape (rows, horizon, targets), in raw units; it may not be finite."""
        bounds, lowest = error_bounds.around(forecasts), inputs.lowest
        return bounds if lowest is None else Bounds(np.maximum(bounds.lower, lowest), np.maximum(bounds.upper, lowest))

    def paths(
        self, inputs: ForecastInputs, scale: ErrorScale, forecasts: NDArray[np.float64], count: int, seed: int
    ) -> NDArray[np.float64]:
        """Sample paths around forecasts of shape (rows, horizon, targets), in raw units.

        `scale` is that of their errors. The answer has shape (rows, count, horizon, targets). Raises InvalidRequest
        where there is nothing to draw from.
        """
        check_paths(self.intervals, forecasts.shape[1], self.title)
        assert self.intervals is not None  # noqa: S101 (checked just before)
        paths = sample_paths(self.intervals, forecasts, scale, count, seed)
        if inputs.lowest is None:
            return paths
        return np.maximum(paths, inputs.lowest[:, None] if inputs.lowest.ndim == paths.ndim - 1 else inputs.lowest)

    def _prepare_any(self, windows: Windows, horizon: int, seasons: SentSeasons | None) -> ForecastInputs:
        """The inputs of windows of any length and season."""
        adjusted, found = adjusted_inputs(self.spec, windows, horizon, seasons, self.title)
        return ForecastInputs(
            adjusted.contexts,
            horizon,
            adjusted.beside,
            adjusted.scale,
            last_season=None,
            lowest=adjusted.lowest,
            found=found,
        )

    def _known_future(
        self, times: Sequence[TimeIndex] | None, codes: Codes | None, rows: int, horizon: int
    ) -> NDArray[np.float32] | None:
        """What is known ahead of every step's target, shape (rows, window + horizon - 1, channels)."""
        if times is None and codes is None and not self._asks_more:
            return None
        known = [
            each
            for each in (self._of_times(times, rows, horizon), self._of_covariates(codes, horizon))
            if each is not None
        ]
        return np.concatenate(known, axis=-1) if len(known) > 1 else known[0] if known else None

    def _of_covariates(self, codes: Codes | None, horizon: int) -> NDArray[np.float32] | None:
        if codes is None:
            NO_COVARIATES.check(self.spec, self.title)
            return None
        return covariate_inputs(self.spec, codes[:, 1 - self.spec.window - self.spec.lead - horizon :])

    def _of_times(self, times: Sequence[TimeIndex] | None, rows: int, horizon: int) -> NDArray[np.float32] | None:
        """What the times of every step's target say: the calendar and holidays."""
        spec = self.spec
        if times is None:
            if not spec.needs_times:
                return None
            raise InvalidRequest(
                f"{self.title} takes in the {spec.time_inputs} of each value: send the window's timestamps, "
                f'or its last value\'s time as end with freq "{spec.frequency}"',
                ("timestamps",),
            )
        if len(times) != rows:
            raise InvalidRequest(f"{counted(rows, 'window')} came with the times of {len(times)}: send as many")
        for index, each in enumerate(times):
            if self._frequency not in (None, each.frequency):
                raise InvalidRequest(
                    f"{self.title} was trained on values {spec.frequency} apart: send those, with freq "
                    f'"{spec.frequency}"',
                    ("freq", index),
                )
        if not spec.needs_times:
            return None
        steps, clocks = np.arange(2 - spec.window, horizon + 1), []
        for index, each in enumerate(times):
            try:
                clocks.append(each.at(steps))
            except InvalidRequest as error:
                raise error.at(("end", index)) from None
        return time_inputs(np.stack(clocks), spec)


def _all(flags: NDArray[np.bool_]) -> bool:
    """Whether all are true, told in a quarter of the time that numpy's own way takes for a few."""
    return int(np.count_nonzero(flags)) == flags.size


def _lowest(spec: ModelSpec) -> NDArray[np.float64] | None:
    """The least value that each target may have, shape (targets); None where any may have all."""
    if not spec.nonnegative:
        return None
    return np.array([0.0 if target in spec.nonnegative else -np.inf for target in spec.targets])


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
