"""The models in service: which are open, which were refused, and what a reference means."""

import logging
import threading
from collections.abc import Mapping
from typing import NamedTuple

from models.errors import InvalidRequest, RefusedVersion
from models.inference.forecaster import Forecaster
from models.references import Reference
from models.registry.registry import Entry, Registry, resolve
from models.spec.manifest import Manifest
from service.dispatcher import Cost

log = logging.getLogger("rollcast")

Key = tuple[str, int]

# An open model takes about this much, and its weights about so many times their size on disk: measured, see
# docs/performance.md.
OVERHEAD_BYTES, WEIGHTS_TIMES = 800_000, 3


class LoadedModel(NamedTuple):
    """A version that passed its checks, can forecast, and takes so long for it."""

    manifest: Manifest
    forecaster: Forecaster
    cost: Cost

    @property
    def size_bytes(self) -> int:
        """About how much memory it takes."""
        return OVERHEAD_BYTES + WEIGHTS_TIMES * self.manifest.files["model.onnx"].size_bytes


class ModelStore:
    """The registry as it stood at start-up, with the versions opened from it.

    Versions are opened at start-up or on first use, and kept while there is room; a refusal is kept for good.
    Safe to call from many threads: versions are opened one at a time, under `_opening`; `opened` changes only
    under `_lock`, which is never held for long, as the event loop takes it. Who has an `Opened` can use it for as
    long as it likes, closed or not.
    """

    def __init__(self, registry: Registry, preload: int, open_bytes: int) -> None:
        self.registry = registry
        self.listing: Mapping[str, Entry] = registry.listing()
        self.opened: dict[Key, LoadedModel] = {}  # least recently used first
        self.refused: dict[Key, str] = {}
        self._preload, self._open_bytes = preload, open_bytes
        self._lock, self._opening = threading.Lock(), threading.Lock()

    def load(self) -> None:
        """Open what requests will most likely ask for: each name's default and every aliased version."""
        wanted: list[Key] = []
        for name, entry in self.listing.items():
            if entry.problem is not None:
                log.error("%s: %s", name, entry.problem)
            if entry.versions:
                wanted += [(name, version) for version in sorted({entry.default, *entry.aliases.values()})]
        for name, version in wanted[: self._preload]:
            try:
                self.open(name, version)
            except RefusedVersion as error:
                log.error("%s", error)

    def get_if_loaded(self, reference: Reference | None) -> LoadedModel | None:
        """The version that a reference means, if it is open; raises as `find`."""
        key = self._key(reference)
        with self._lock:
            found = self.opened.pop(key, None)
            if found is not None:
                self.opened[key] = found  # now the most recently used
            return found

    def find(self, reference: Reference | None) -> LoadedModel:
        """The version that a reference means, opened if it was not; None means the only name there is.

        Raises UnknownModel, RefusedVersion, and InvalidRequest where None could mean several.
        """
        return self.get_if_loaded(reference) or self.open(*self._key(reference))

    def open(self, name: str, version: int) -> LoadedModel:
        """Open one version, or take it as it was opened before. Raises RefusedVersion."""
        key = (name, version)
        with self._opening:
            if key not in self.opened and key not in self.refused:
                try:
                    if version not in self.listing[name].versions:
                        raise RefusedVersion("an alias names it, but it is not there")
                    manifest, forecaster = self.registry.open(name, version)
                except RefusedVersion as error:
                    self.refused[key] = str(error)
                    log.debug("why %s@%s was refused", name, version, exc_info=error)
                else:
                    self._keep(key, LoadedModel(manifest, forecaster, Cost.of(forecaster)))
            if key in self.refused:
                raise RefusedVersion(f"{name}@{version} is not served: {self.refused[key]}")
            return self.opened[key]

    @property
    def hint(self) -> str | None:
        """How to fill the registry, where it is empty."""
        if self.listing:
            return None
        return (
            "the registry holds no model: train one (rollcast train sine-lstm), or name another folder (rollcast "
            "serve --registry, ROLLCAST_REGISTRY), then start the service again"
        )

    def _key(self, reference: Reference | None) -> Key:
        if reference is None:
            names = list(self.listing)
            if len(names) != 1:
                raise InvalidRequest(self.hint or f"name one of the models: {', '.join(names[:10])}", ("model",))
            reference = Reference(names[0])
        return resolve(self.listing, reference)

    def _keep(self, key: Key, opened: LoadedModel) -> None:
        """Keep a version open, and close the least recently used until all others fit."""
        with self._lock:
            self.opened[key] = opened
            total = sum(each.size_bytes for each in self.opened.values())
            while total > self._open_bytes and len(self.opened) > 1:
                total -= self.opened.pop(next(iter(self.opened))).size_bytes
