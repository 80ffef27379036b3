"""The models in service: loading versions, keeping them in memory, remembering refusals."""

import logging
import threading
from collections.abc import Mapping
from typing import NamedTuple

from models.errors import InvalidRequest, RefusedVersion
from models.inference.forecaster import Forecaster
from models.references import Reference
from models.registry.listing import Entry, resolve
from models.registry.registry import Registry
from models.spec.manifest import Manifest
from service.dispatch.latency import CallLatency

log = logging.getLogger("rollcast")

Key = tuple[str, int]

# Of memory, measured (docs/performance.md): an open model takes about OVERHEAD_BYTES, and WEIGHTS_TIMES the size of
# its weights on disk.
OVERHEAD_BYTES, WEIGHTS_TIMES = 800_000, 3


class LoadedModel(NamedTuple):
    """A version that passed its checks and can forecast."""

    manifest: Manifest
    forecaster: Forecaster
    latency: CallLatency

    @property
    def size_bytes(self) -> int:
        """About how much memory it takes."""
        return OVERHEAD_BYTES + WEIGHTS_TIMES * self.manifest.files["model.onnx"].size_bytes


class ModelStore:
    """The registry as it stood at start-up, with the versions loaded from it.

    Versions are loaded at start-up or on first use, and kept while there is room; a refusal is kept for good.
    Safe to call from many threads: versions are loaded one at a time, under `_loading`. `loaded` changes only under
    `_lock`, which is never held for long, as the event loop takes it. A `LoadedModel` works for as long as somebody
    holds it, also after the store has let it go.
    """

    def __init__(self, registry: Registry, preload: int, open_bytes: int) -> None:
        self.registry = registry
        self.listing: Mapping[str, Entry] = registry.listing()
        self.loaded: dict[Key, LoadedModel] = {}  # least recently used first
        self.refused: dict[Key, str] = {}
        self._preload, self._open_bytes = preload, open_bytes
        self._lock, self._loading = threading.Lock(), threading.Lock()

    def preload(self) -> None:
        """Load what requests will most likely ask for: each name's default and every aliased version."""
        wanted: list[Key] = []
        for name, entry in self.listing.items():
            if entry.problem is not None:
                log.error("%s: %s", name, entry.problem)
            if entry.versions:
                wanted += [(name, version) for version in sorted({entry.default, *entry.aliases.values()})]
        for name, version in wanted[: self._preload]:
            try:
                self.load(name, version)
            except RefusedVersion as error:
                log.error("%s", error)

    def get_if_loaded(self, reference: Reference | None) -> LoadedModel | None:
        """The version that a reference means, if it is loaded; raises as `get`."""
        key = self._key(reference)
        with self._lock:
            found = self.loaded.pop(key, None)
            if found is not None:
                self.loaded[key] = found  # now the most recently used
            return found

    def get(self, reference: Reference | None) -> LoadedModel:
        """The version that a reference means, loaded if it was not; None means the only name there is.

        Raises UnknownModel, RefusedVersion, and InvalidRequest where None could mean several.
        """
        return self.get_if_loaded(reference) or self.load(*self._key(reference))

    def load(self, name: str, version: int) -> LoadedModel:
        """Load one version, or take it as it was loaded before. Raises RefusedVersion."""
        key = (name, version)
        with self._loading:
            if key not in self.loaded and key not in self.refused:
                try:
                    if version not in self.listing[name].versions:
                        raise RefusedVersion("an alias names it, but it is not there")
                    manifest, forecaster = self.registry.open(name, version)
                except RefusedVersion as error:
                    self.refused[key] = str(error)
                    log.debug("why %s@%s was refused", name, version, exc_info=error)
                else:
                    self._keep(key, LoadedModel(manifest, forecaster, CallLatency.of(forecaster)))
            if key in self.refused:
                raise RefusedVersion(f"{name}@{version} is not served: {self.refused[key]}")
            return self.loaded[key]

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

    def _keep(self, key: Key, model: LoadedModel) -> None:
        """Keep a version loaded, and let the least recently used go until all others fit."""
        with self._lock:
            self.loaded[key] = model
            total = sum(each.size_bytes for each in self.loaded.values())
            while total > self._open_bytes and len(self.loaded) > 1:
                total -= self.loaded.pop(next(iter(self.loaded))).size_bytes
