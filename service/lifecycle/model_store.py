"""The models in service: opened, swapped for newer ones, closed; what was refused is remembered."""

import asyncio
import concurrent.futures
import itertools
import logging
import threading
import time
from collections.abc import Hashable, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import NamedTuple

from models.errors import ForecastTimeout, RefusedVersion
from models.references import Reference
from models.registry.listing import Entry
from models.registry.registry import Registry
from models.spec.manifest_seal import UNSEALED
from service.dispatch.latency import CallLatency
from service.lifecycle.meanings import Meanings, meanings, wanted
from service.lifecycle.openings import Openings
from service.lifecycle.snapshot import Key, LoadedModel, Snapshot

log = logging.getLogger("rollcast")


@dataclass
class ReloadCounts:
    """What has happened since the start, in numbers."""

    opened: int = 0
    refused: int = 0  # openings that failed
    swaps: int = 0  # times that a reference came to mean another version
    failed_looks: int = 0  # times that the registry could not be read
    last_change_at: float = 0.0  # Unix time of the last change of what is served or listed


class _Refusal(NamedTuple):
    reason: str
    fingerprint: Hashable  # of its files, before they were read
    refused_at: float


class ModelStore:
    """What is served (`snapshot`), and the ways in which it changes.

    Whoever answers a request reads one snapshot. Snapshots are replaced under `_lock`, which is never held for long;
    versions are opened outside of it (service/lifecycle/openings.py). Safe to call from many threads.
    """

    def __init__(self, registry: Registry, preload: int, open_bytes: int, open_timeout_s: float) -> None:
        self.registry, self.counts, self.snapshot = registry, ReloadCounts(), Snapshot()
        self._preload, self._open_bytes, self._open_timeout_s = preload, open_bytes, open_timeout_s
        self._lock = threading.Lock()
        self._openings = Openings(self._open)
        self._proven: dict[str, Meanings] = {}
        self._refusals: dict[Key, _Refusal] = {}
        self._turns = itertools.count(1)
        self._used: dict[Key, int] = {}  # the turn at which each open version was last asked for

    def start(self) -> None:
        """List the registry and open what requests will most likely ask for: each default and aliased version.

        Whatever is not open once nothing was opened for `open_timeout_s` is opened while others are served. Raises
        RegistryError where the registry can't be listed.
        """
        pending = set(self.update(self.registry.listing()))
        deadline = time.monotonic() + self._open_timeout_s
        while pending and (left_s := deadline - time.monotonic()) > 0:
            done, pending = concurrent.futures.wait(pending, left_s, concurrent.futures.FIRST_COMPLETED)
            if any(future.exception() is None for future in done):
                deadline = time.monotonic() + self._open_timeout_s
        if pending:
            log.warning("serving begins without %d versions, which take long to open", len(pending))

    def get_if_loaded(self, reference: Reference | None) -> LoadedModel | None:
        """The version that a reference means, if it is open; raises as `Snapshot.key`."""
        snapshot = self.snapshot
        key = snapshot.key(reference)
        found = snapshot.loaded.get(key)
        if found is not None:
            self._used[key] = next(self._turns)
        return found

    async def get(self, reference: Reference | None, timeout_s: float) -> LoadedModel:
        """The version that a reference means, opened if it was not.

        Raises as `Snapshot.key`, RefusedVersion, and ForecastTimeout where opening it takes longer than `timeout_s`.
        """
        deadline = time.monotonic() + timeout_s
        while True:
            found = self.get_if_loaded(reference)
            if found is not None:
                return found
            key = self.snapshot.key(reference)
            self.snapshot.check_not_refused(key)
            opening = asyncio.wrap_future(self._openings.open(key))
            try:
                return await asyncio.wait_for(opening, deadline - time.monotonic())
            except TimeoutError:
                name, version = key
                raise ForecastTimeout(f"{name}@{version} was not open within {timeout_s:g} s; try again") from None
            except RefusedVersion:
                if self.snapshot.key(reference) == key:
                    raise  # else the reference goes on meaning the version of before

    @property
    def opening(self) -> int:
        """How many versions are being opened."""
        return len(self._openings)

    def update(self, listing: Mapping[str, Entry]) -> list[Future[LoadedModel]]:
        """Take over what the registry lists now, and open what that asks for; the openings that were begun."""
        with self._lock:
            before = self.snapshot
            listing = {name: _merged(before.listing.get(name), entry) for name, entry in listing.items()}
            changed = [name for name, entry in listing.items() if entry != before.listing.get(name)]
            if not changed and len(listing) == len(before.listing):
                return []
            loaded = {key: model for key, model in before.loaded.items() if _lists(listing, key)}
            self._refusals = {key: each for key, each in self._refusals.items() if _lists(listing, key)}
            self._proven = {name: each for name, each in self._proven.items() if name in listing}
            self._replace(replace(before, listing=listing, loaded=loaded), changed)
            for name in changed:
                if (problem := listing[name].problem) is not None:
                    log.error("%s: %s", name, problem)
            chosen = self._to_open(changed)
        return [self._openings.open(key) for key in chosen]

    def try_refused_again(self, oldest: int) -> None:
        """Open the refused versions whose files have changed, and so many of the others, the longest refused first.

        Each stays refused until it is open.
        """
        refusals = sorted(list(self._refusals.items()), key=lambda each: each[1].refused_at)  # noqa: C414 (threads)
        for number, (key, refusal) in enumerate(refusals):
            if number < oldest or self.registry.fingerprint(*key) != refusal.fingerprint:
                self._openings.open(key)

    def set_registry_problem(self, problem: str | None) -> None:
        """Remember why the registry can't be read, or that it can; what is open serves on."""
        with self._lock:
            self.counts.failed_looks += problem is not None
            if problem == self.snapshot.registry_problem:
                return
            self.snapshot = replace(self.snapshot, registry_problem=problem)
        if problem is None:
            log.info("the registry can be read again")
        else:
            log.error("the registry can't be read, what is open serves on: %s", problem)

    def _open(self, key: Key) -> LoadedModel:
        """Open one version, on an opening thread, and let it serve. Raises RefusedVersion."""
        found = self.snapshot.loaded.get(key)
        if found is not None:
            return found  # asked for by somebody who read the snapshot just before the last opening's end
        name, version = key
        fingerprint = self.registry.fingerprint(name, version)
        try:
            manifest, forecaster = self.registry.open(name, version, timeout_s=self._open_timeout_s)
            with forecaster.network.ending_after(self._open_timeout_s):
                model = LoadedModel(manifest, forecaster, CallLatency.of(forecaster))
        except Exception as error:
            foreseen = isinstance(error, RefusedVersion)
            reason = str(error) if foreseen else f"it fails in a way that is not foreseen: {type(error).__name__}"
            self._refuse(key, _Refusal(reason, fingerprint, time.monotonic()), error)
            raise RefusedVersion(f"{name}@{version} is not served: {reason}") from error
        if manifest.sha256 is None:
            log.warning("%s: %s", manifest.title, UNSEALED)
        with self._lock:
            self.counts.opened += 1
            self._refusals.pop(key, None)
            if _lists(self.snapshot.listing, key):  # else it was removed meanwhile
                self._used[key] = next(self._turns)
                loaded = self._within_bound({**self.snapshot.loaded, key: model}, key)
                self._replace(replace(self.snapshot, loaded=loaded), [name])
        return model

    def _refuse(self, key: Key, refusal: _Refusal, error: Exception) -> None:
        name, version = key
        with self._lock:
            self.counts.refused += 1
            known, chosen = self._refusals.get(key), list[Key]()
            if _lists(self.snapshot.listing, key):
                self._refusals[key] = refusal
                self._replace(self.snapshot, [name])
                chosen = self._to_open([name])  # what its references mean instead
        if known is None or known.reason != refusal.reason:
            log.error("%s@%s is not served: %s", name, version, refusal.reason)
            log.debug("why %s@%s was refused", name, version, exc_info=error)
        for each in chosen:
            self._openings.open(each)

    def _replace(self, snapshot: Snapshot, changed: Iterable[str]) -> None:
        """Let a snapshot serve, once it is worked out what the references of changed names mean. Under `_lock`."""
        before = self.snapshot.meanings
        now = {name: means for name, means in before.items() if name in snapshot.listing}
        for name in changed:
            opened = {version for each, version in snapshot.loaded if each == name}
            refused = {version for each, version in self._refusals if each == name}
            proven = self._proven.get(name, {})
            now[name] = meanings(snapshot.listing[name], proven, opened, refused)
            kept = {alias: version for alias, version in proven.items() if alias in now[name]}
            self._proven[name] = kept | {alias: version for alias, version in now[name].items() if version in opened}
            self._tell(name, before.get(name, {}), now[name])
        refusals = {key: refusal.reason for key, refusal in self._refusals.items()}
        self.snapshot = replace(snapshot, meanings=now, refused=refusals)
        self.counts.last_change_at = time.time()

    def _tell(self, name: str, before: Meanings, now: Meanings) -> None:
        """Count and log which references have come to mean another version."""
        for alias, version in now.items():
            if alias in before and before[alias] != version:
                self.counts.swaps += 1
                log.info("%s means version %d now, not %d", Reference(name, alias=alias), version, before[alias])

    def _to_open(self, changed: Iterable[str]) -> list[Key]:
        """What is to be opened of names that have changed: successors of what serves, and others while there is room.

        Under `_lock`.
        """
        now = self.snapshot
        room = self._preload - len(now.loaded)
        chosen: list[Key] = []
        for name in changed:
            entry, means = now.listing[name], now.meanings[name]
            successors = {version for alias, version in wanted(entry).items() if means.get(alias) != version}
            for version in sorted(successors.union(means.values()).intersection(entry.versions)):
                key = (name, version)
                closed = key not in now.loaded and key not in now.refused
                if closed and (version in successors or len(chosen) < room):
                    chosen.append(key)
        return chosen

    def _within_bound(self, loaded: dict[Key, LoadedModel], newest: Key) -> dict[Key, LoadedModel]:
        """What stays open: the least recently used are let go until all others fit. Under `_lock`."""
        total = sum(model.size_bytes for model in loaded.values())
        for key in sorted(loaded.keys() - {newest}, key=lambda key: self._used.get(key, 0)):
            if total <= self._open_bytes:
                break
            total -= loaded.pop(key).size_bytes
            self._used.pop(key, None)
        return loaded


def _lists(listing: Mapping[str, Entry], key: Key) -> bool:
    name, version = key
    return name in listing and version in listing[name].versions


def _merged(before: Entry | None, now: Entry) -> Entry:
    """An entry; of one that can't be read whole, what is not known is what it was before."""
    if before is None or now.problem is None:
        return now
    return Entry(now.versions or before.versions, before.aliases, now.problem)
