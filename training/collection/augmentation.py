"""More windows out of a batch: other amplitudes, turned around, censored, with spikes, and mixed.

Every function takes windows of shape (rows, length), context and targets together, and gives new ones; absent values
are NaN and stay so. The same rng in the same state gives the same windows.

Amplitude, censoring and spikes are those that TiRex was trained with (Auer et al. 2025, arXiv:2505.23719, algorithms
1 to 3), mixing is TSMixup of Chronos (Ansari et al. 2024, arXiv:2403.07815, algorithm 1).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

MOST_CHANGE_POINTS = 5
AMPLITUDE_SPREAD = 0.5
MOST_MIXED, CONCENTRATION = 3, 1.5  # as Chronos has it
LEAST_PERIOD, MOST_PERIOD = 10, 512  # between spikes, as TiRex has it
WIDTHS = (0.05, 0.2)  # of a spike, in periods
HEIGHTS = (0.5, 3.0)  # of a spike, in standard deviations of its window
# Which of up to three kinds of spikes follow each other, and how often each order is drawn, as TiRex has it.
PATTERNS = (
    (0,),
    (0, 1),
    (0, 1, 2),
    (0, 0, 1),
    (0, 0, 1, 1),
    (0, 1, 0, 2),
    (0, 0, 0, 0, 0, 1, 1),
    (0, 0, 0, 0, 0, 1, 2),
)
PATTERN_SHARES = (0.375, 0.375, 0.05, 0.05, 0.05, 0.05, 0.025, 0.025)


class Mixture(NamedTuple):
    """Mixed windows, shape (count, length), and what each is of: indexes of windows and their weights, 0 for unused.

    Both have shape (count, most). A mixture has the seasons of all the windows that it is of.
    """

    windows: Values
    origins: NDArray[np.intp]
    weights: Values


class Spiked(NamedTuple):
    """Windows with spikes, shape (rows, length), and after how many values these repeat, shape (rows).

    That is a season of the window from then on, where it is not longer than the window.
    """

    windows: Values
    seasons: NDArray[np.intp]


def modulated(windows: Values, rng: np.random.Generator, spread: float = AMPLITUDE_SPREAD) -> Values:
    """Each window times a line that bends at up to five places.

    The line's heights at both ends and at the bends are normal, of mean 1 and standard deviation `spread`. TiRex has
    1, with which a third of the bends lie below 0 or above 2.
    """
    rows, length = windows.shape
    lines = np.empty_like(windows)
    counts = rng.integers(0, MOST_CHANGE_POINTS + 1, size=(rows,))
    for row, count in enumerate(counts.tolist()):
        places = np.concatenate([[0], np.sort(rng.uniform(0, length - 1, count)), [length - 1]])
        lines[row] = np.interp(np.arange(length), places, rng.normal(1, spread, count + 2))
    return windows * lines


def sign_flipped(windows: Values, rng: np.random.Generator, share: float = 0.5) -> Values:
    """Windows of which about a `share` are turned upside down."""
    return windows * np.where(rng.random(len(windows)) < share, -1.0, 1.0)[:, None]


def time_reversed(windows: Values, rng: np.random.Generator, share: float = 0.5) -> Values:
    """Windows of which about a `share` run from the newest value to the oldest."""
    return np.where((rng.random(len(windows)) < share)[:, None], windows[:, ::-1], windows)


def censored(windows: Values, rng: np.random.Generator) -> Values:
    """Each window cut off below or above one of its own values, which is drawn: its quantile is uniform."""
    rows = np.arange(len(windows))
    counts = np.isfinite(windows).sum(axis=1)
    ranks = (rng.random(len(windows)) * counts).astype(np.intp)  # what is absent is sorted to the end
    limits = np.sort(windows, axis=1)[rows, ranks][:, None]
    below = (rng.random(len(windows)) < 0.5)[:, None]
    cut: Values = np.where(below, np.maximum(windows, limits), np.minimum(windows, limits))
    return cut


def spiked(windows: Values, rng: np.random.Generator) -> Spiked:
    """Each window with spikes at regular times: rectangles, triangles or bells, of up to three heights in turn.

    The last spike lies within the last period. Raises ValueError where windows are shorter than 11 values.
    """
    rows, length = windows.shape
    if length <= LEAST_PERIOD:
        raise ValueError(f"spikes need windows of more than {LEAST_PERIOD} values, got {length}")
    periods = rng.integers(LEAST_PERIOD, min(MOST_PERIOD, length), rows)
    last = length - 1 - (rng.random(rows) * periods).astype(np.intp)
    steps = np.arange(length) - last[:, None]
    numbers = np.floor(steps / periods[:, None] + 0.5).astype(np.intp)  # of the nearest spike
    distances = np.abs(steps - numbers * periods[:, None])

    chosen = rng.choice(len(PATTERNS), (rows,), p=PATTERN_SHARES)
    lengths = np.array([len(pattern) for pattern in PATTERNS])[chosen]
    filled = np.array([np.resize(pattern, max(map(len, PATTERNS))) for pattern in PATTERNS])
    shifts = (rng.random(rows) * lengths).astype(np.intp)
    kinds = filled[chosen[:, None], (numbers + shifts[:, None]) % lengths[:, None]]

    there = np.isfinite(windows)
    spread = windows.std(axis=1, where=there | ~there.any(axis=1, keepdims=True))
    widths = np.take_along_axis(rng.uniform(*WIDTHS, (rows, 3)) * periods[:, None], kinds, axis=1)
    heights = np.take_along_axis(rng.uniform(*HEIGHTS, (rows, 3)) * spread[:, None], kinds, axis=1)
    shapes = np.stack(
        [
            (distances <= widths / 2).astype(np.float64),
            np.maximum(1 - distances / (widths / 2), 0),
            np.exp(-0.5 * (distances / widths) ** 2),
        ]
    )
    return Spiked(windows + heights * shapes[rng.integers(0, 3, rows), np.arange(rows)], periods * lengths)


def mixed(
    windows: Values,
    rng: np.random.Generator,
    count: int,
    most: int = MOST_MIXED,
    concentration: float = CONCENTRATION,
) -> Mixture:
    """`count` weighted means of one to `most` windows each, whose mean absolute values were made 1 before.

    How many is uniform, the weights are of a symmetric Dirichlet distribution. Where one is absent so is the mean.
    """
    there = np.isfinite(windows)
    sizes = np.abs(np.where(there, windows, 0)).sum(axis=1) / np.maximum(there.sum(axis=1), 1)
    scaled = windows / np.where(sizes > 0, sizes, 1)[:, None]
    origins = rng.integers(0, len(windows), (count, most))
    used = np.arange(most) < rng.integers(1, most + 1, size=(count,))[:, None]
    # Gamma variables over their sum are Dirichlet.
    weights = np.where(used, rng.gamma(concentration, size=(count, most)), 0)
    weights /= weights.sum(axis=1, keepdims=True)
    parts = [np.where(used[:, [k]], weights[:, [k]] * scaled[origins[:, k]], 0) for k in range(most)]
    return Mixture(np.sum(parts, axis=0), origins, weights)
