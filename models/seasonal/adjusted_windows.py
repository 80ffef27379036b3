"""Windows of any length and season as a network takes them in: seasonally adjusted, and each scaled by itself.

Of every window the network sees the newest adjusted values. Beside them stands what else the window shows: its seasons,
and what they left unexplained at the same phase before, of each value taken in and of each to be forecast; and a few
facts of the window as a whole. So the network can go on where the seasons change, and judge how far to trust them.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.seasonal.seasonal_profile import LEAST_CYCLES, SeasonalProfile, seasonal_profile
from models.timeseries.scaling import Scale

Array = NDArray[np.float64]

LEAST_VALUES, MOST_VALUES = 8, 1024  # of a window; of a longer one the newest are looked at
MOST_SEASONS = 3

# What stands beside a value: what its season adds, what was unexplained one season before (the shortest, the longest).
PHASE_CHANNELS = 3
FACTS = 12  # of the whole window
# The channels of a step: the value, whether there is one, what its phase and that of its target tell, and the facts.
CHANNELS = 2 + 2 * PHASE_CHANNELS + FACTS

LEVEL_VALUES, LEVEL_DECAY = 16, 0.7  # of the weighted mean that a window's level is
MIN_SEASON_SHARE, MIN_LEVEL_SHARE = 0.05, 1e-4  # of the size of the seasons, of that of values: the least scale
LARGEST = 20.0  # what the network takes in, in units of the scale


class AdjustedWindows(NamedTuple):
    """Windows in the network's units, and the way back.

    `contexts` has shape (rows, window, 1), and `beside`, shape (rows, window + horizon - 1, CHANNELS - 1), what stands
    beside each value, then beside those that are fed back. `scale` has a mean and a scale for each step of the horizon,
    shape (rows, horizon, 1). `lowest`, shape (rows, 1, 1), is 0 where no value is negative, else minus infinity.
    """

    contexts: NDArray[np.float32]
    beside: NDArray[np.float32]
    scale: Scale
    lowest: Array


def held_seasons(seasons: Sequence[int], length: int) -> tuple[int, ...]:
    """Those of some seasons that a window of so many values shows, ascending: at most three."""
    held = {season for season in seasons if 1 < season <= min(length, MOST_VALUES) // LEAST_CYCLES}
    return tuple(sorted(held))[:MOST_SEASONS]


class _Adjusted(NamedTuple):
    """Windows whose seasons are taken out: `values` of shape (rows, length), and what the network sees of them.

    `newest` are the adjusted values that it sees, and `older` those before them. `level` and `scale` have the shape
    (rows).
    """

    values: Array
    seasons: Sequence[int]
    profile: SeasonalProfile
    newest: Array
    older: Array
    level: Array
    scale: Array


def adjusted_windows(values: Array, seasons: Sequence[int], window: int, outputs: int, horizon: int) -> AdjustedWindows:
    """Adjust windows of one length, shape (rows, length), all finite, that share their `seasons`.

    The seasons are such as `held_seasons` gives. `window` is how many values the network sees and `outputs` how many it
    gives at once.
    """
    values = values[:, -MOST_VALUES:]
    rows, length = values.shape
    # Far from 1, squares would leave the range of floats.
    size = np.abs(values).max(axis=1, keepdims=True)
    size[size == 0] = 1.0
    ahead = -(-horizon // outputs) * outputs
    of = _adjusted(values / size, seasons, window, ahead)
    # 1. What stands beside each value, from the first that the network sees to the last target.
    steps, seen = window + horizon - 1, of.newest.shape[1]
    phases = _phases(of, window)
    of_targets = phases[:, outputs : outputs + steps]
    channels = np.zeros((rows, steps, CHANNELS), np.float32)
    channels[:, window - seen : window, 0] = (of.newest - of.level[:, None]) / of.scale[:, None]
    channels[:, window - seen :, 1] = 1
    channels[:, :, 2 : 2 + PHASE_CHANNELS] = phases[:, :steps]
    channels[:, : of_targets.shape[1], 2 + PHASE_CHANNELS : 2 + 2 * PHASE_CHANNELS] = of_targets
    channels[:, :, -FACTS:] = _facts(of)[:, None]
    np.clip(channels, -LARGEST, LARGEST, out=channels)
    # 2. The way back.
    added, factors = (each[:, length : length + horizon] for each in of.profile[:2])
    mean, scale = added + factors * of.level[:, None], factors * of.scale[:, None]
    back = Scale((mean * size)[..., None], (scale * size)[..., None])
    lowest = np.where(values.min(axis=1) >= 0, 0.0, -np.inf)[:, None, None]
    return AdjustedWindows(channels[:, :window, :1], channels[:, :, 1:], back, lowest)


def _adjusted(values: Array, seasons: Sequence[int], window: int, ahead: int) -> _Adjusted:
    length = values.shape[1]
    profile = seasonal_profile(values, seasons, ahead)
    adjusted = (values - profile.added[:, :length]) / profile.factors[:, :length]
    newest, older = adjusted[:, -window:], adjusted[:, : max(0, length - window)]
    decay = LEVEL_DECAY ** np.arange(min(length, LEVEL_VALUES))[::-1]
    level = adjusted[:, -len(decay) :] @ (decay / decay.sum())
    # The scale is not small where only seasons change, nor where nothing does.
    multiplied = np.sqrt(((profile.factors - 1) ** 2).mean(axis=1)) * np.abs(level)
    seasonal = np.sqrt((profile.added**2).mean(axis=1)) + multiplied
    least = np.maximum(MIN_SEASON_SHARE * seasonal, MIN_LEVEL_SHARE * np.abs(values).mean(axis=1))
    scale = np.maximum(np.sqrt(((newest - level[:, None]) ** 2).mean(axis=1)), least)
    scale[scale == 0] = MIN_LEVEL_SHARE  # of nothing but zeros
    return _Adjusted(values, seasons, profile, newest, older, level, scale)


def _phases(of: _Adjusted, window: int) -> Array:
    """What is known of the phase of each value, shape (rows, window + ahead, PHASE_CHANNELS), in units of the scale."""
    profile, seasons = of.profile, of.seasons
    rows, length = of.values.shape
    ahead = profile.added.shape[1] - length
    phases = np.zeros((rows, window + ahead, PHASE_CHANNELS))
    if not seasons:
        return phases
    at = np.arange(max(0, length - window), length + ahead)  # of values, from the window's first on
    seen = phases[:, max(0, window - length) :]
    seen[:, :, 0] = profile.added[:, at] + (profile.factors[:, at] - 1) * of.level[:, None]
    for channel, season in enumerate((seasons[0], seasons[-1])[: len(seasons)], start=1):
        # Of what is not known yet, one season before is several seasons before.
        before = np.where(at < length, at - season, length - season + (at - length) % season)
        seen[:, :, channel] = np.where(before >= 0, profile.irregular[:, np.maximum(before, 0)], 0)
    return phases / of.scale[:, None, None]


def _facts(of: _Adjusted) -> Array:
    """Facts of each window as a whole, shape (rows, FACTS), each of about the size of 1."""
    rows, length = of.values.shape
    strengths = of.profile.strengths
    shortest, longest = (of.seasons[0], of.seasons[-1]) if of.seasons else (0, 0)
    facts = np.zeros((rows, FACTS))
    facts[:, 0] = np.log(length) / 3 - 1
    if shortest:
        facts[:, 1], facts[:, 3] = np.log1p(shortest) / 3, strengths[:, 0]
        facts[:, 5] = np.log(length / shortest) / 2
    if longest > shortest:
        facts[:, 2], facts[:, 4] = np.log1p(longest) / 3, strengths[:, -1]
    facts[:, 6] = np.log(np.abs(np.diff(of.newest, axis=1)).mean(axis=1) / of.scale + 1e-3) / 2
    facts[:, 7] = of.profile.multiplies
    facts[:, 8] = np.arcsinh(of.level / of.scale) / 3
    if of.older.shape[1]:
        facts[:, 9] = np.arcsinh((of.older.mean(axis=1) - of.level) / of.scale)
    facts[:, 10] = (of.values == 0).mean(axis=1)
    facts[:, 11] = of.values.min(axis=1) >= 0
    return facts
