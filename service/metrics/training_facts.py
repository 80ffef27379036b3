"""What is known of a version's training that incoming windows can be compared with."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.spec.manifest import Manifest

Array = NDArray[np.float64]


class TrainingFacts(NamedTuple):
    """Of one version, in the network's units; None where it is not known or can't be compared.

    `low` and `high` are the range of each column in training, `mean` and `spread` its mean and standard deviation;
    where no scaler tells these, they are of the goldens' windows, a sample of the series that was trained on. `lag` is
    the season whose autocorrelation is looked at.
    """

    low: Array | None
    high: Array | None
    mean: Array | None
    spread: Array | None
    lag: int | None

    @classmethod
    def of(cls, manifest: Manifest) -> "TrainingFacts":
        """What a manifest tells.

        A network that scales each context by itself sees a mean of 0 and a standard deviation of 1 whatever comes. One
        that works on changes over a season has the season taken out: what is left of it shows as spread.
        """
        spec = manifest.spec
        low = high = None
        mean, spread = _mean_and_spread(manifest)
        if spec.seen is not None:
            low, high = np.array(spec.seen.minimum), np.array(spec.seen.maximum)
        elif not spec.scaler.of_each_window and spec.difference is None:
            centre, scale = np.array(spec.scaler.mean), np.array(spec.scaler.scale)
            low, high = ((np.array(each) - centre) / scale for each in (manifest.data.minimum, manifest.data.maximum))
        if low is not None and high is not None:
            # A float32's rounding, so that the extremes of training are not outside of it.
            slack = 1e-6 * np.maximum(1.0, np.maximum(np.abs(low), np.abs(high)))
            low, high = low - slack, high + slack
        return cls(low, high, mean, spread, season_of(manifest))


def _mean_and_spread(manifest: Manifest) -> tuple[Array, Array] | tuple[None, None]:
    spec = manifest.spec
    if spec.scaler.kind == "standard":
        return np.zeros(len(spec.features)), np.ones(len(spec.features))
    if spec.scaler.of_each_window or spec.difference is not None:
        return None, None
    values = np.concatenate([golden.window for golden in manifest.goldens])
    spread = values.std(axis=0)
    return (values.mean(axis=0), spread) if spread.all() else (None, None)


def season_of(manifest: Manifest) -> int | None:
    """The season, in steps, where it is known and the network looks back on two of them at least."""
    spec = manifest.spec
    if spec.difference is not None:
        return None
    tested = None if manifest.backtest is None else manifest.backtest.season
    known = (spec.scaler.season, spec.interval_season, tested)
    season = next((each for each in known if each is not None and each > 1), None)
    return season if season is not None and 2 * season <= spec.input_length else None


def training_seasonality(manifest: Manifest) -> list[float | None]:
    """The autocorrelation of each column over the goldens' windows, which are of the series that was trained on."""
    season, length = season_of(manifest), manifest.spec.input_length
    if season is None:
        return [None] * len(manifest.spec.features)
    windows = np.array([golden.window[-length:] for golden in manifest.goldens], np.float64)
    return [float(total / count) if count else None for total, count in autocorrelations(windows, season).tolist()]


def autocorrelations(windows: Array, lag: int) -> Array:
    """The sum of the windows' autocorrelations, and of how many: shape (features, 2).

    `windows` has shape (windows, steps, features). Each counts the same, whatever its level and spread; those that
    never change have none.
    """
    centred = windows - windows.mean(axis=1, keepdims=True)
    later, earlier = centred[:, lag:], centred[:, :-lag]
    squares = (np.square(later) + np.square(earlier)).sum(axis=1) / 2
    changes = squares > 0
    each = (later * earlier).sum(axis=1) / np.where(changes, squares, 1.0)
    return np.stack([each.sum(axis=0), np.count_nonzero(changes, axis=0)], axis=1)
