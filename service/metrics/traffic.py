"""How the windows that come compare with those of training: range, mean, spread, seasonality, by version.

A request only leaves a copy of its windows here. They are looked at together, at the latest when KEPT_VALUES have come,
so that a small request pays about a microsecond. The sums behind mean, spread and seasonality fade with a half-life, so
that they tell of recent traffic; counters count for ever.

Windows are looked at in the network's units; service/metrics/training_facts.py has what of a version they can be
compared with. Used from the event loop alone.
"""

import time
from collections.abc import Callable

import numpy as np

from models.inference.forecaster import ForecastInputs
from models.spec.manifest import Manifest
from service.metrics.catalogue import Series
from service.metrics.training_facts import TrainingFacts, autocorrelations

HALF_LIFE_S = 3600.0
MAX_VERSIONS = 100  # that are told of; those that were asked last
MAX_FEATURES = 16  # of a version; further columns are not told of
# Are looked at at once, in a tenth of a millisecond. They are copied to one place: requests' own arrays, kept for as
# long, would be memory that the next requests don't find in the processor's cache.
KEPT_VALUES = 10_000
SAMPLE_VALUES = 10_000  # of one request; of one with more, every second, third … window is looked at
FARTHEST = 100.0  # standard deviations, to which values are cut: one absurd window must not drown all others

# Sums that fade, hidden from the exposition: values, their sum, that of their squares; and of autocorrelations the sum,
# and how many.
RECENT = "recent"


class VersionTraffic:
    """What came for one version."""

    def __init__(self, manifest: Manifest, clock: Callable[[], float]) -> None:
        self._clock, self._looked_at = clock, clock()
        self.facts = TrainingFacts.of(manifest)
        self.labels = (manifest.name, str(manifest.version))
        self.features = manifest.spec.features[:MAX_FEATURES]
        self.requests = self.windows = self.steps = self.out_of_range = 0
        self.values, self.outside = np.zeros(len(self.features)), np.zeros(len(self.features))
        self.recent = np.zeros((len(self.features), 5))
        self._kept = np.empty((0, 0, 0), np.float32)
        self._rows = 0  # of those kept

    def observe(self, inputs: ForecastInputs, requests: int) -> None:
        """Count requests, and keep their windows to be looked at."""
        contexts = inputs.contexts
        self.requests += requests
        self.windows += len(contexts)
        self.steps += len(contexts) * inputs.horizon
        self.out_of_range += len(inputs.out_of_range)
        if contexts.size > SAMPLE_VALUES:
            contexts = contexts[:: -(-contexts.size // SAMPLE_VALUES)]
        end = self._rows + len(contexts)
        if end > len(self._kept):
            self.look()
            end = len(contexts)
            if end > len(self._kept):
                rows = max(end, KEPT_VALUES // (contexts.shape[1] * contexts.shape[2]))
                self._kept = np.empty((rows, *contexts.shape[1:]), np.float32)
        self._kept[self._rows : end] = contexts
        self._rows = end

    def look(self) -> None:
        """Look at the windows that were kept, after what came before has faded."""
        now = self._clock()
        self.recent *= 0.5 ** ((now - self._looked_at) / HALF_LIFE_S)
        self._looked_at = now
        windows, self._rows = self._kept[: self._rows, :, : len(self.features)], 0
        if not len(windows):
            return
        count, facts = windows.shape[0] * windows.shape[1], self.facts
        self.values += count
        if facts.low is not None and facts.high is not None:
            outside = (windows < facts.low[: len(self.features)]) | (windows > facts.high[: len(self.features)])
            self.outside += np.count_nonzero(outside, axis=(0, 1))
        if facts.mean is not None and facts.spread is not None:
            away = (windows - facts.mean[: len(self.features)]) / facts.spread[: len(self.features)]
            near = np.clip(away, -FARTHEST, FARTHEST)
            self.recent[:, 0] += count
            self.recent[:, 1] += near.sum(axis=(0, 1))
            self.recent[:, 2] += np.square(near).sum(axis=(0, 1))
        if facts.lag is not None:
            self.recent[:, 3:] += autocorrelations(windows.astype(np.float64), facts.lag)


class Traffic:
    """What came for each version, of the last MAX_VERSIONS that were asked."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._versions: dict[tuple[str, int], VersionTraffic] = {}  # the one that was asked last is last

    def observe(self, manifest: Manifest, inputs: ForecastInputs, requests: int = 1) -> None:
        """Take in the windows of one request, or of several that were answered together."""
        key = (manifest.name, manifest.version)
        version = self._versions.pop(key, None)
        if version is None:
            version = VersionTraffic(manifest, self._clock)
            if len(self._versions) >= MAX_VERSIONS:
                del self._versions[next(iter(self._versions))]
        self._versions[key] = version
        version.observe(inputs, requests)

    def series(self) -> Series:
        """What came so far; the hidden sums as well."""
        for version in self._versions.values():
            version.look()
        series: Series = {}
        for version in self._versions.values():
            for name, number in (
                ("requests", version.requests),
                ("windows", version.windows),
                ("steps", version.steps),
                ("windows_out_of_range", version.out_of_range),
            ):
                series.setdefault(f"rollcast_traffic_{name}_total", {})[version.labels] = float(number)
            for index, feature in enumerate(version.features):
                labels = (*version.labels, feature)
                series.setdefault("rollcast_traffic_values_total", {})[labels] = float(version.values[index])
                if version.facts.low is not None:
                    outside = series.setdefault("rollcast_traffic_values_outside_total", {})
                    outside[labels] = float(version.outside[index])
                series.setdefault(RECENT, {})[labels] = version.recent[index].tolist()
        return series


def statistics(recent: list[float]) -> tuple[float | None, float | None, float | None]:
    """The mean shift, spread ratio and seasonality that some sums of RECENT come to; None where nothing was summed."""
    count, total, squares, correlations, windows = recent
    mean = spread = seasonality = None
    if count > 1e-6:
        mean = total / count
        spread = max(0.0, squares / count - mean * mean) ** 0.5
    if windows > 1e-6:
        seasonality = correlations / windows
    return mean, spread, seasonality
