"""Windows of any length, adjusted as when they are served, with the targets that a network with a decoder learns."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from models.seasonal.adjusted_windows import AdjustedWindows, adjusted_windows, held_seasons
from models.seasonal.filling import filled
from models.spec.model_spec import ModelSpec
from training.data.splits import Samples
from training.reading.series import Series

Array = NDArray[np.float64]

MAX_SAMPLES = 50_000  # of a training: each takes 8 kB
ROWS_AT_ONCE = 2_048  # of windows that are adjusted together
LARGEST_TARGET = 50.0  # in units of the window's scale: one value far away is no lesson


def adjusted_samples(
    spec: ModelSpec, series: Sequence[Series], rows: Sequence[Sequence[range]], most: int | None = None
) -> Samples:
    """A sample for each row in the series' ranges of `rows`; evenly spaced, where these are more than `most`.

    Its window is all that came before the row, and its targets are the values from the row on; those beyond the range
    are NaN: not known. Windows have the shape (count, spec.window, spec.channels), targets (count, outputs).
    """
    places = [
        (index, row, part.stop)
        for index, ranges in enumerate(rows)
        for part in ranges
        for row in range(max(part.start, spec.training_context), part.stop)
    ]
    places = places[:: max(1, -(-len(places) // min(MAX_SAMPLES, most or MAX_SAMPLES)))]
    # Windows of one length that share their seasons are adjusted together.
    groups: dict[tuple[int, tuple[int, ...]], list[int]] = {}
    for place, (index, row, _) in enumerate(places):
        length = min(row, spec.context_length)
        groups.setdefault((length, held_seasons(series[index].seasons, length)), []).append(place)
    windows = np.empty((len(places), spec.window, spec.channels), np.float32)
    targets = np.empty((len(places), spec.outputs), np.float32)
    for (length, seasons), all_members in groups.items():
        for members in _chunks(all_members):
            cut = np.full((len(members), length + spec.outputs), np.nan)
            for number, place in enumerate(members):
                index, row, stop = places[place]
                values = series[index].values[row - length : min(row + spec.outputs, stop), 0]
                cut[number, : len(values)] = values
            known = np.stack([filled(window, seasons) for window in cut[:, :length]])
            adjusted = adjusted_windows(known, seasons, spec.window, spec.outputs, spec.outputs)
            windows[members] = np.concatenate([adjusted.contexts, adjusted.beside[:, : spec.window]], axis=-1)
            targets[members] = scaled_targets(adjusted, cut[:, length:])
    return Samples(windows, targets)


def scaled_targets(adjusted: AdjustedWindows, targets: Array) -> NDArray[np.float32]:
    """Raw targets of shape (rows, outputs) in the network's units; NaN where they are not known."""
    return np.clip(adjusted.scale.scaled(targets[..., None])[..., 0], -LARGEST_TARGET, LARGEST_TARGET)


def _chunks(members: list[int]) -> Iterator[list[int]]:
    for first in range(0, len(members), ROWS_AT_ONCE):
        yield members[first : first + ROWS_AT_ONCE]
