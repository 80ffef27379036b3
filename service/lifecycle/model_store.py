"""The models in service: opened, swapped for newer ones, closed; what was refused is remembered."""

import asyncio
import concurrent.futures
import itertools
import logging
import threading
import time
from collections.abc import Hashable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import replace
from typing import NamedTuple

from models.errors import ForecastTimeout, RefusedVersion
from models.references import Reference
from models.registry.listing import Entry
from models.registry.registry import Registry
from models.spec.manifest_seal import UNSEALED
from service.dispatch.latency import CallLatency
from service.lifecycle.looks import lists, look, looked_into
from service.lifecycle.meanings import Meanings, meanings, wanted
from service.lifecycle.openings import Openings
from service.lifecycle.preload import preloaded_names
from service.lifecycle.reload_counts import ReloadCounts
from service.lifecycle.snapshot import Key, LoadedModel, Snapshot, by_name

log = logging.getLogger("rollcast")


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
        self._looks = Openings(self._look_into)
        self._proven: dict[str, Meanings] = {}
        self._refusals: dict[Key, _Refusal] = {}
        self.preloaded = threading.Event()  # set once all that is opened before anybody asks has been tried
        self._turns = itertools.count(1)
        self._used: dict[Key, int] = {}  # the turn at which each open version was last asked for

    def start(self) -> None:
        """List the registry's names and open the champions; other models are opened from then on, one after the other.

        Whatever is not open once nothing was opened for `open_timeout_s` is opened while others are served. Raises
        RegistryError where the registry can't be listed.
        """
        names = self.registry.names()
        first, others = preloaded_names(self.registry, names, self._preload)
        pending = set(self.update(names, self.registry.entries(first)))
        deadline = time.monotonic() + self._open_timeout_s
        while pending and (left_s := deadline - time.monotonic()) > 0:
            done, pending = concurrent.futures.wait(pending, left_s, concurrent.futures.FIRST_COMPLETED)
            if any(future.exception() is None for future in done):
                deadline = time.monotonic() + self._open_timeout_s
        if pending:
            log.warning("serving begins without %d versions, which take long to open", len(pending))
        threading.Thread(target=self._open_others, args=(others,), name="preload", daemon=True).start()

    def get_if_loaded(self, reference: Reference | None) -> LoadedModel | None:
        """The version that a reference means, if it is open; raises as `Snapshot.key`."""
        snapshot = self.snapshot
        if snapshot.unread(reference) is not None:
            return None
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
            snapshot = await self.look_into(reference, deadline - time.monotonic())
            key = snapshot.key(reference)
            snapshot.check_not_refused(key)
            opening = asyncio.wrap_future(self._openings.open(key))
            try:
                return await asyncio.wait_for(opening, deadline - time.monotonic())
            except TimeoutError:
                name, version = key
                raise ForecastTimeout(f"{name}@{version} was not open within {timeout_s:g} s; try again") from None
            except RefusedVersion:
                if self.snapshot.unread(reference) is None and self.snapshot.key(reference) == key:
                    raise  # else the reference goes on meaning the version of before

    async def look_into(self, reference: Reference | None, timeout_s: float) -> Snapshot:
        """What is served, once the folder was looked into of the name that a reference has; None has the only name.

        Raises ForecastTimeout where that takes longer than `timeout_s`, and RefusedVersion where the registry is gone.
        """
        deadline = time.monotonic() + timeout_s
        while (name := (now := self.snapshot).unread(reference)) is not None:
            try:
                await asyncio.wait_for(asyncio.wrap_future(self._looks.open((name,))), deadline - time.monotonic())
            except TimeoutError:
                raise ForecastTimeout(f"{name} was not looked up in time; try again") from None
        return now

    async def look_into_all(self) -> Snapshot:
        """What is served, once every name's folder was looked into: with thousands of names a matter of a second."""
        now = self.snapshot
        if unread := tuple(name for name in now.names if name not in now.listing):
            with suppress(RefusedVersion):  # what is known is told all the same
                await asyncio.wrap_future(self._looks.open(unread))
        return self.snapshot

    @property
    def opening(self) -> int:
        """How many versions are being opened."""
        return len(self._openings)

    @property
    def room(self) -> int:
        """How many versions more may be opened before anybody asks for them."""
        return max(0, self._preload - len(self.snapshot.loaded) - self.opening)

    def update(self, names: Iterable[str], entries: Mapping[str, Entry]) -> list[Future[LoadedModel]]:
        """Take over which names there are now, and what the folders of some hold; the openings that this asks for.

        What is known of the others is forgotten, for whoever asks for one to look into it; not so where one of its
        versions is open, or being opened, or something is wrong.
        """
        with self._lock:
            before = self.snapshot
            kept = before.watched.union(name for name, _ in self._openings.under_way())
            known = {name: entry for name, entry in before.listing.items() if name in kept}
            changed = self._relist(dict.fromkeys(names), {**known, **entries})
            chosen = self._to_open(changed, self.room)
        return [self._openings.open(key) for key in chosen]

    def add(self, entries: Mapping[str, Entry], room: int = 0) -> list[Future[LoadedModel]]:
        """Take over what the folders of some names hold; the openings that this asks for, `room` of them new ones."""
        with self._lock:
            changed = self._relist(self.snapshot.names, {**self.snapshot.listing, **entries})
            chosen = self._to_open(changed, room)
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

    def _open_others(self, names: Iterable[str]) -> None:
        """Open what names mean while there is room, one after the other: who asks for a model finds a thread free."""
        for name in itertools.takewhile(lambda _: self.room, names):
            with suppress(RefusedVersion):
                concurrent.futures.wait(self._look_into((name,), self.room), self._open_timeout_s)
        self.preloaded.set()

    def _look_into(self, names: Sequence[str], room: int = 0) -> list[Future[LoadedModel]]:
        """Look into folders, and open so many of the versions that their names mean; the openings. Raises as `look`."""
        return self.add(look(self.registry, names), room)

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
            if lists(self.snapshot.listing, key):  # else it was removed meanwhile
                self._used[key] = next(self._turns)
                loaded = self._within_bound({**self.snapshot.loaded, key: model}, key)
                self._replace(replace(self.snapshot, loaded=loaded), [name])
        return model

    def _refuse(self, key: Key, refusal: _Refusal, error: Exception) -> None:
        name, version = key
        with self._lock:
            self.counts.refused += 1
            known, chosen = self._refusals.get(key), list[Key]()
            if lists(self.snapshot.listing, key):
                self._refusals[key] = refusal
                self._replace(self.snapshot, [name])
                chosen = self._to_open([name], self.room + 1)  # what its references mean instead, in its place
        if known is None or known.reason != refusal.reason:
            log.error("%s@%s is not served: %s", name, version, refusal.reason)
            log.debug("why %s@%s was refused", name, version, exc_info=error)
        for each in chosen:
            self._openings.open(each)

    def _relist(self, names: Mapping[str, None], entries: Mapping[str, Entry]) -> list[str]:
        """Let names serve, and of some of them what their folders hold; those that have changed. Under `_lock`."""
        before, now = self.snapshot, looked_into(self.snapshot, names, entries)
        changed = [name for name, entry in now.listing.items() if entry != before.listing.get(name)]
        if not changed and now.listing.keys() == before.listing.keys() and now.names == before.names:
            return []
        self._refusals = {key: each for key, each in self._refusals.items() if lists(now.listing, key)}
        self._proven = {name: each for name, each in self._proven.items() if name in now.names}
        self._replace(now, changed)
        for name in changed:
            if (problem := now.listing[name].problem) is not None:
                log.error("%s: %s", name, problem)
        return changed

    def _replace(self, snapshot: Snapshot, changed: Iterable[str]) -> None:
        """Let a snapshot serve, once it is worked out what the references of changed names mean. Under `_lock`."""
        before = self.snapshot.meanings
        now = {name: before[name] for name in snapshot.listing if name in before}
        opened_of, refused_of = by_name(snapshot.loaded), by_name(self._refusals)
        for name in changed:
            opened, proven = opened_of.get(name, set()), self._proven.get(name, {})
            now[name] = meanings(snapshot.listing[name], proven, opened, refused_of.get(name, set()))
            kept = {alias: version for alias, version in proven.items() if alias in now[name]}
            if proving := kept | {alias: version for alias, version in now[name].items() if version in opened}:
                self._proven[name] = proving
            self._tell(name, before.get(name, proven), now[name])
        refusals = {key: refusal.reason for key, refusal in self._refusals.items()}
        self.snapshot = replace(snapshot, meanings=now, refused=refusals)

    def _tell(self, name: str, before: Meanings, now: Meanings) -> None:
        """Count and log which references have come to mean another version."""
        for alias, version in now.items():
            if alias in before and before[alias] != version:
                self.counts.swaps += 1
                log.info("%s means version %d now, not %d", Reference(name, alias=alias), version, before[alias])

    def _to_open(self, changed: Iterable[str], room: int) -> list[Key]:
        """What is to be opened of names that have changed: successors of what serves, and others while there is room.

        Under `_lock`.
        """
        now = self.snapshot
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
