"""The models in service: which are open, which were refused, and what a reference means."""

import logging
import threading
from collections.abc import Mapping
from typing import NamedTuple

from models.errors import InvalidRequest, RefusedVersion
from models.forecaster import Forecaster
from models.manifest import Manifest
from models.names import Reference
from models.registry import Entry, Registry, resolve

log = logging.getLogger("rollcast")


class Opened(NamedTuple):
    """A version that passed its checks and can forecast."""

    manifest: Manifest
    forecaster: Forecaster


class Catalog:
    """The registry as it stood at start-up, with the versions opened from it.

    Versions are opened at start-up or on first use, once each, and kept; a refusal is kept as well. Safe to
    call from many threads: the two dictionaries change only under the lock, and only by gaining keys.
    """

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self.listing: Mapping[str, Entry] = registry.listing()
        self.opened: dict[tuple[str, int], Opened] = {}
        self.refused: dict[tuple[str, int], str] = {}
        self._lock = threading.Lock()

    def load(self) -> None:
        """Open what requests will most likely ask for: each name's default and every aliased version."""
        for name, entry in self.listing.items():
            if entry.problem is not None:
                log.error("%s: %s", name, entry.problem)
            for version in sorted({entry.default, *entry.aliases.values()}):
                try:
                    self.open(name, version)
                except RefusedVersion as error:
                    log.error("%s", error)

    def find(self, reference: Reference | None) -> Opened:
        """The version that a reference means, opened if it was not; None means the only name there is.

        Raises UnknownModel, RefusedVersion, and InvalidRequest where None could mean several.
        """
        if reference is None:
            names = list(self.listing)
            if len(names) != 1:
                raise InvalidRequest(self.hint or f"name one of the models: {', '.join(names[:10])}", ("model",))
            reference = Reference(names[0])
        name, version = resolve(self.listing, reference)
        return self.opened.get((name, version)) or self.open(name, version)

    def open(self, name: str, version: int) -> Opened:
        """Open one version, or take it as it was opened before. Raises RefusedVersion."""
        key = (name, version)
        with self._lock:
            if key not in self.opened and key not in self.refused:
                try:
                    if version not in self.listing[name].versions:
                        raise RefusedVersion("an alias names it, but it is not there")
                    self.opened[key] = Opened(*self.registry.open(name, version))
                except RefusedVersion as error:
                    self.refused[key] = str(error)
            if key in self.refused:
                raise RefusedVersion(f"{name}@{version} is not served: {self.refused[key]}")
            return self.opened[key]

    @property
    def hint(self) -> str | None:
        """How to fill the registry, where it is empty."""
        if self.listing:
            return None
        return (
            f"the registry {self.registry.root} holds no model: train one (rollcast train sine-lstm), or name "
            "another folder (rollcast serve --registry, ROLLCAST_REGISTRY), then start the service again"
        )
