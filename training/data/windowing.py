"""Cutting series into what a network learns from: sequences of inputs with a target at each of their last steps."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from models.inference.covariates import covariate_inputs
from models.inference.step_inputs import step_inputs
from models.inference.time_inputs import time_inputs
from models.spec.model_spec import ModelSpec, TrainingRange
from models.timeseries.missing_values import fill_forward
from training.data.splits import Samples
from training.reading.series import Series

MIN_SEQUENCES = 1_000  # that thinning leaves for an epoch
CONTEXTS_PER_BLOCK = 1_024  # scaled at a time, which bounds the memory that it takes

Array = NDArray[np.float32]


class PreparedSeries(NamedTuple):
    """A series ready to be cut: `values` of shape (rows, features), and what is known of each row, (rows, channels).

    Differences are taken, so the first rows may be NaN. The values are in the network's units; where each context has
    a scale of its own, they are still raw. Where values may be missing, `missing` tells which are filled, and
    `measured` has what came, as targets: NaN where nothing did.
    """

    values: NDArray[np.floating]
    of_times: Array | None = None
    codes: NDArray[np.float64] | None = None
    missing: NDArray[np.bool_] | None = None
    measured: NDArray[np.floating] | None = None


def take_differences(
    values: NDArray[np.float64], season: int | None, before: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """Each row's change from the row a season before, NaN where there is none; without a season the rows themselves.

    `before` has the rows that changes are from, by default the same ones.
    """
    if season is None:
        return values
    differences = np.full_like(values, np.nan)
    with np.errstate(over="ignore", invalid="ignore"):  # callers check
        differences[season:] = values[season:] - (values if before is None else before)[:-season]
    return differences


def prepare_series(spec: ModelSpec, series: Series, truth: NDArray[np.float64] | None = None) -> PreparedSeries:
    """Take a series' differences, scale them, and compute what is known of each row: its calendar and covariates.

    `truth`, shape (rows, features), is what is to be forecast where some of the series' values are hidden.
    """
    raw, missing, measured = series.values, None, None
    if spec.masked:
        missing, raw = np.isnan(series.values), fill_forward(series.values)
        measured = _changes(series.values if truth is None else truth, raw, spec)
    of_times = time_inputs(series.times, spec) if spec.needs_times and series.times is not None else None
    codes = series.codes[: len(raw)] if spec.covariates.all and series.codes is not None else None
    return PreparedSeries(_changes(raw, raw, spec), of_times, codes, missing, measured)


def _changes(values: NDArray[np.float64], before: NDArray[np.float64], spec: ModelSpec) -> NDArray[np.floating]:
    """Values, or their changes from those a season before, in the network's units where these are the same for all."""
    changes = take_differences(values, spec.difference, before)
    return changes if spec.scaler.kind == "context" else spec.scaler.of(changes[None]).scaled(changes)


def cut_samples(
    spec: ModelSpec, series: Sequence[PreparedSeries], parts: Sequence[range], target_steps: int = 1
) -> Samples:
    """Cut each series into sequences of which the last `target_steps` steps have targets, which begin in its part.

    With a window of 3, a lead of 2 and two target steps, y0 being the first target:

        rows      4   5   6   7   8   9
        inputs   x0  x1  x2  x3
                          │   └──────y1
                          └──────y0

    Earlier steps have no target: a served network has always seen a whole window before its answer is used.

    Windows have the shape (count, window + target_steps - 1, channels), targets (count, target_steps, outputs x
    targets), one output's targets after another's; for a rollout of windows (count, outputs x targets). Outputs that
    lie beyond the part are NaN: not known, so that short series can be learned from. Where each context has a scale of
    its own, a sequence has that of its first window, as when it is served.
    """
    steps, outputs, more = spec.window + target_steps - 1, spec.outputs, spec.outputs - 1
    columns = list(spec.target_columns)
    first_target = spec.input_length - spec.window + 1  # of the first step, as an index into a slice
    windows, targets = [], []
    for prepared, part, firsts in zip(series, parts, _first_targets(spec, parts, target_steps), strict=True):
        if not firsts:
            continue
        # 1. The rows that a sequence looks back on and its targets.
        values, measured = prepared.values, prepared.measured
        if more:
            padding = (0, more), (0, 0)
            values = np.pad(values[: part.stop], padding, constant_values=np.nan)
            if measured is not None:
                measured = np.pad(measured[: part.stop], padding, constant_values=np.nan)
        slices, truth = _scaled_slices(spec, values, firsts, spec.input_length + target_steps + more, measured)
        # 2. Inputs, whose time axis leads in `step_inputs`.
        known = []
        if prepared.of_times is not None:
            known.append(_slices(prepared.of_times, firsts, spec.window - 1, steps))
        if prepared.codes is not None:
            codes = np.pad(prepared.codes, ((0, more), (0, 0)), mode="edge")
            before, length = spec.window - 1 + spec.lead, spec.lead + steps + more
            ahead_too = np.asarray(_slices(codes, firsts, before, length), np.float64)
            known.append(covariate_inputs(spec, ahead_too)[:, :steps])
        if prepared.missing is not None:
            masks = _slices(prepared.missing, firsts, spec.window - 1 + spec.lead, steps)
            known.append(masks.astype(np.float32))
        known_future = np.concatenate(known, axis=-1).transpose(1, 0, 2) if known else None
        inputs = step_inputs(spec, slices.transpose(1, 0, 2), first_target, steps, known_future)
        windows.append(inputs.transpose(1, 0, 2))
        # 3. Targets.
        after = truth[:, spec.input_length :, columns]
        ahead = sliding_window_view(after, outputs, axis=1)
        targets.append(ahead.transpose(0, 1, 3, 2).reshape(len(slices), target_steps, -1))
    all_windows = _concatenated(windows, (steps, spec.channels))
    all_targets = _concatenated(targets, (target_steps, outputs * len(columns)))
    return Samples(all_windows, all_targets if spec.rollout == "state" else all_targets[:, 0])


def training_range(
    spec: ModelSpec, series: Sequence[PreparedSeries], parts: Sequence[range], target_steps: int = 1
) -> TrainingRange:
    """The range of each column over the parts' rows, in the network's units.

    Where each context has a scale of its own, the range over the contexts of the parts' samples.
    """
    if spec.scaler.kind == "context":
        rows = [
            _scaled_slices(spec, prepared.values, firsts, spec.input_length)[0].reshape(-1, len(spec.features))
            for prepared, firsts in zip(series, _first_targets(spec, parts, target_steps), strict=True)
            if firsts
        ]
    else:
        known = spec.difference or 0
        rows = [
            prepared.values[max(part.start, known) : part.stop] for prepared, part in zip(series, parts, strict=True)
        ]
    low = np.min([values.min(axis=0) for values in rows if len(values)], axis=0)
    high = np.max([values.max(axis=0) for values in rows if len(values)], axis=0)
    return TrainingRange(minimum=tuple(low.tolist()), maximum=tuple(high.tolist()))


def _first_targets(spec: ModelSpec, parts: Sequence[range], target_steps: int) -> list[range]:
    """The rows of each series that are the first target of a sequence.

    Long sequences overlap. Of very many only every n-th is taken, counted from the newest: an epoch then costs no more
    time and memory than one on windows.
    """
    firsts = [range(max(part.start, spec.context_length), part.stop - target_steps + 1) for part in parts]
    windows_per_sequence = (spec.window + target_steps - 1) // spec.window
    stride = max(1, min(windows_per_sequence, sum(map(len, firsts)) // MIN_SEQUENCES))
    return [rows[(len(rows) - 1) % stride :: stride] for rows in firsts]


def _scaled_slices(
    spec: ModelSpec,
    values: NDArray[np.floating],
    firsts: range,
    length: int,
    measured: NDArray[np.floating] | None = None,
) -> tuple[Array, Array]:
    """The rows from `input_length` before each first target on, shape (count, length, features), and what was measured.

    They are in the network's units. Views of the values, unless each context has a scale of its own.
    """
    slices = _slices(values, firsts, spec.input_length, length)
    truth = None if measured is None else _slices(measured, firsts, spec.input_length, length)
    if spec.scaler.kind != "context":
        scaled = np.asarray(slices, np.float32)
        return scaled, scaled if truth is None else np.asarray(truth, np.float32)
    scaled = np.empty(slices.shape, np.float32)
    scaled_truth = scaled if truth is None else np.empty(truth.shape, np.float32)
    for start in range(0, len(slices), CONTEXTS_PER_BLOCK):
        rows = slice(start, start + CONTEXTS_PER_BLOCK)
        scale = spec.scaler.of(slices[rows, : spec.input_length])
        scaled[rows] = scale.scaled(slices[rows])
        if truth is not None:
            scaled_truth[rows] = scale.scaled(truth[rows])
    return scaled, scaled_truth


def _slices(values: NDArray[Any], firsts: range, before: int, length: int) -> NDArray[Any]:
    """The `length` rows from `before` rows before each first target on, shape (count, length, columns); a view."""
    views = sliding_window_view(values[firsts.start - before :], length, axis=0)
    return views[: firsts.stop - firsts.start : firsts.step].transpose(0, 2, 1)


def _concatenated(arrays: list[Array], shape: tuple[int, int]) -> Array:
    """Samples of all series after each other; of none, an empty array of this shape for each sample."""
    return arrays[0] if len(arrays) == 1 else np.concatenate([np.empty((0, *shape), np.float32), *arrays])
