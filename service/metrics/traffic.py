"""How the windows that come compare with those of training: range, mean, spread, seasonality, by version.

A request only leaves its windows here. They are looked at together, at the latest when PENDING_REQUESTS have come, so
that a small request pays about a microsecond. The sums behind mean, spread and seasonality fade with a half-life, so
that they tell of recent traffic; counters count for ever.

Windows are looked at in the network's units; service/metrics/training_facts.py has what of a version they can be
compared with. Used from the event loop alone.
"""

import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from models.inference.forecaster import ForecastInputs
from models.spec.manifest import Manifest
from service.metrics.catalogue import Series
from service.metrics.training_facts import TrainingFacts, autocorrelations

HALF_LIFE_S = 3600.0
MAX_VERSIONS = 100  # that are told of; those that were asked last
MAX_FEATURES = 16  # of a version; further columns are not told of
PENDING_VALUES = 20_000  # are looked at at once: about a tenth of a millisecond
PENDING_REQUESTS = 256  # likewise; keeping more would take memory that the next requests find in the processor's cache
SAMPLE_VALUES = 10_000  # of one request; of one with more, every second, third … window is looked at
FARTHEST = 100.0  # standard deviations, to which values are cut: one absurd window must not drown all others

# Sums that fade, hidden from the exposition: values, their sum, that of their squares; and of autocorrelations the sum,
# and how many.
RECENT = "recent"


class VersionTraffic:
    """What came for one version."""

    def __init__(self, manifest: Manifest) -> None:
        self.facts = TrainingFacts.of(manifest)
        self.labels = (manifest.name, str(manifest.version))
        self.features = manifest.spec.features[:MAX_FEATURES]
        self.requests = self.windows = self.steps = self.out_of_range = 0
        self.values, self.outside = np.zeros(len(self.features)), np.zeros(len(self.features))
        self.recent = np.zeros((len(self.features), 5))
        self.pending: list[NDArray[np.float32]] = []

    def observe(self, inputs: ForecastInputs) -> int:
        """Count a request, and keep its windows to be looked at; how many values that are."""
        contexts = inputs.contexts
        self.requests += 1
        self.windows += len(contexts)
        self.steps += len(contexts) * inputs.horizon
        self.out_of_range += len(inputs.out_of_range)
        if contexts.size > SAMPLE_VALUES:
            contexts = contexts[:: -(-contexts.size // SAMPLE_VALUES)].copy()  # a view would keep all of it
        self.pending.append(contexts)
        return contexts.size

    def reduce(self, fading: float) -> None:
        """Look at the windows that were kept; `fading` is what is left of the older sums."""
        self.recent *= fading
        if not self.pending:
            return
        windows = np.concatenate(self.pending)[:, :, : len(self.features)]
        self.pending = []
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
        self._clock, self._reduced_at = clock, clock()
        self._versions: dict[tuple[str, int], VersionTraffic] = {}
        self._pending_values = self._pending_requests = 0

    def observe(self, manifest: Manifest, inputs: ForecastInputs) -> None:
        """Take in the windows of one request."""
        key = (manifest.name, manifest.version)
        version = self._versions.get(key)
        if version is None:
            self._reduce()
            if len(self._versions) >= MAX_VERSIONS:
                del self._versions[next(iter(self._versions))]
            version = self._versions[key] = VersionTraffic(manifest)
        self._pending_values += version.observe(inputs)
        self._pending_requests += 1
        if self._pending_values >= PENDING_VALUES or self._pending_requests >= PENDING_REQUESTS:
            self._reduce()

    def series(self) -> Series:
        """What came so far; the hidden sums as well."""
        self._reduce()
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

    def _reduce(self) -> None:
        now = self._clock()
        fading = 0.5 ** ((now - self._reduced_at) / HALF_LIFE_S)
        asked = [key for key, version in self._versions.items() if version.pending]
        for version in self._versions.values():
            version.reduce(fading)
        for key in asked:
            self._versions[key] = self._versions.pop(key)  # now among the last that were asked
        self._reduced_at, self._pending_values, self._pending_requests = now, 0, 0


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
