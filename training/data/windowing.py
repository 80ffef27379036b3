"""Cutting series into what a network learns from: sequences of inputs with a target at each of their last steps."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from models.inference.step_inputs import step_inputs
from models.spec.model_spec import ModelSpec, TrainingRange
from models.timeseries.calendar_features import calendar_inputs
from models.timeseries.differencing import to_differences
from training.data.series import Series
from training.data.splits import Samples

ENOUGH = 1_000  # sequences for an epoch, beyond which it need not hold every one
BLOCK = 1_024  # contexts scaled at a time, which bounds the memory that it takes

Array = NDArray[np.float32]


class PreparedSeries(NamedTuple):
    """A series ready to be cut: `values` of shape (rows, features), and each row's calendar, shape (rows, channels).

    Differences are taken, so the first rows may be NaN. The values are in the network's units; where each context has
    a scale of its own, they are still in raw ones.
    """

    values: NDArray[np.floating]
    known_future: Array | None


def changes(values: NDArray[np.float64], season: int | None) -> NDArray[np.float64]:
    """Each row's change from the row a season before, NaN where there is none; without a season the rows themselves."""
    if season is None:
        return values
    found = np.full_like(values, np.nan)
    found[season:] = to_differences(values[None], season)[0][0]
    return found


def prepare_series(spec: ModelSpec, series: Series) -> PreparedSeries:
    """Take a series' differences, scale them and tell the calendar."""
    values: NDArray[np.floating] = changes(series.values, spec.difference)
    if spec.scaler.kind != "context":
        values = spec.scaler.of(values[None]).scaled(values)
    if not spec.calendar or series.times is None:
        return PreparedSeries(values, None)
    return PreparedSeries(values, calendar_inputs(series.times, spec.calendar, spec.timezone))


def samples(spec: ModelSpec, series: Sequence[PreparedSeries], parts: Sequence[range], trained: int = 1) -> Samples:
    """The sequences of each series with `trained` steps that have targets, whose first ones all lie in its part.

    The answer's `windows`, of shape (count, window + trained - 1, channels), hold each step's inputs. Its `targets`,
    of shape (count, trained, outputs x targets), are those of the steps from the window's last on, for several outputs
    one step's targets after another's; for a rollout of windows they lack the axis of `trained`, which is 1. Further
    outputs' targets that lie beyond the part are NaN: not known, so that short series can be learned from. Earlier
    steps have no target, as a served network has always seen a whole window from zero states before it is asked; an
    error there would draw the weights towards what is never needed.

    Each context's own scale is that of a sequence's first window, as when it is served. Sequences overlap, so of very
    many only one in so many is cut, counted from the newest, that an epoch costs what it does on windows, in time and
    in memory, however long they are.
    """
    steps, outputs, more = spec.window + trained - 1, spec.outputs, spec.outputs - 1
    columns = list(spec.target_columns)
    inputs, targets = [], []
    for each, part, firsts in zip(series, parts, _first_targets(spec, parts, trained), strict=True):
        if not firsts:
            continue
        known = PreparedSeries(
            np.pad(each.values[: part.stop], ((0, more), (0, 0)), constant_values=np.nan), each.known_future
        )
        spans = _spans(spec, known if more else each, firsts, spec.input_length + trained + more)
        first = spec.input_length - spec.window + 1  # the place in a span of the first step's target
        known_future = None
        if each.known_future is not None:
            known_future = _windows(each.known_future, firsts, spec.window - 1, steps).transpose(1, 0, 2)
        inputs.append(step_inputs(spec, spans.transpose(1, 0, 2), first, steps, known_future).transpose(1, 0, 2))
        ahead = sliding_window_view(spans[:, spec.input_length :, columns], outputs, axis=1)
        targets.append(ahead.transpose(0, 1, 3, 2).reshape(len(spans), trained, -1))
    found = Samples(_pooled(inputs, (steps, spec.channels)), _pooled(targets, (trained, outputs * len(spec.targets))))
    return found if spec.rollout == "state" else Samples(found.windows, found.targets[:, 0])


def training_range(
    spec: ModelSpec, series: Sequence[PreparedSeries], parts: Sequence[range], trained: int = 1
) -> TrainingRange:
    """The range of each column over the parts' rows, in the network's units.

    Where each context has a scale of its own, over the contexts of the parts' samples.
    """
    if spec.scaler.kind == "context":
        cut = zip(series, _first_targets(spec, parts, trained), strict=True)
        rows = [
            _spans(spec, each, firsts, spec.input_length).reshape(-1, len(spec.features))
            for each, firsts in cut
            if firsts
        ]
    else:
        known = spec.difference or 0
        rows = [each.values[max(part.start, known) : part.stop] for each, part in zip(series, parts, strict=True)]
    rows = [each for each in rows if len(each)]
    low, high = (
        np.min([each.min(axis=0) for each in rows], axis=0),
        np.max([each.max(axis=0) for each in rows], axis=0),
    )
    return TrainingRange(minimum=tuple(low.tolist()), maximum=tuple(high.tolist()))


def _first_targets(spec: ModelSpec, parts: Sequence[range], trained: int) -> list[range]:
    """The rows of each series that are a sequence's first target."""
    found = [range(max(part.start, spec.context_length), part.stop - trained + 1) for part in parts]
    stride = max(1, min((spec.window + trained - 1) // spec.window, sum(map(len, found)) // ENOUGH))
    return [rows[(len(rows) - 1) % stride :: stride] for rows in found]


def _spans(spec: ModelSpec, series: PreparedSeries, firsts: range, length: int) -> Array:
    """What lies from `input_length` rows before each first target on, shape (count, length, features).

    In the network's units.

    A view of the series, unless each context has a scale of its own.
    """
    spans = _windows(series.values, firsts, spec.input_length, length)
    if spec.scaler.kind != "context":
        return np.asarray(spans, np.float32)
    scaled = np.empty(spans.shape, np.float32)
    for start in range(0, len(spans), BLOCK):
        block = spans[start : start + BLOCK]
        scaled[start : start + BLOCK] = spec.scaler.of(block[:, : spec.input_length]).scaled(block)
    return scaled


def _windows(values: NDArray[np.floating], firsts: range, before: int, length: int) -> NDArray[np.floating]:
    """The `length` rows from `before` rows before each first target on, shape (count, length, columns); a view."""
    views = sliding_window_view(values[firsts.start - before :], length, axis=0)
    return views[: firsts.stop - firsts.start : firsts.step].transpose(0, 2, 1)


def _pooled(pieces: list[Array], sizes: tuple[int, int]) -> Array:
    if len(pieces) == 1:
        return pieces[0]
    return np.concatenate([np.empty((0, *sizes), np.float32), *pieces])
