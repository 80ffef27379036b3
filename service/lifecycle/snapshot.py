"""What is served at one moment: whoever reads it sees one state of the registry and of the open models, never two."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from models.errors import InvalidRequest, RefusedVersion
from models.inference.forecaster import Forecaster
from models.references import Reference
from models.registry.listing import Entry, resolve
from models.spec.manifest import Manifest
from service.dispatch.latency import CallLatency
from service.lifecycle.meanings import Meanings

Key = tuple[str, int]

# Of memory, measured (docs/performance.md): an open model takes about OVERHEAD_BYTES, and WEIGHTS_TIMES the size of
# its weights on disk.
OVERHEAD_BYTES, WEIGHTS_TIMES = 800_000, 3


class LoadedModel(NamedTuple):
    """A version that passed its checks and can forecast, for as long as somebody holds it."""

    manifest: Manifest
    forecaster: Forecaster
    latency: CallLatency

    @property
    def size_bytes(self) -> int:
        """About how much memory it takes."""
        return OVERHEAD_BYTES + WEIGHTS_TIMES * self.manifest.files["model.onnx"].size_bytes


class Problem(NamedTuple):
    """A version that is not served, or with None a name's aliases or versions that can't be known; and why."""

    name: str
    version: int | None
    reason: str


@dataclass(frozen=True)
class Snapshot:
    """What the registry holds, what its references mean, which versions are open and which were refused.

    `names` are all of its names, in alphabetical order; `listing` and `meanings` tell of those whose folders were
    looked into. It never changes: the store replaces it as a whole. `registry_problem` says why the registry can't be
    read at the moment; all else is then as it was before.
    """

    names: Mapping[str, None] = field(default_factory=dict)
    listing: Mapping[str, Entry] = field(default_factory=dict)
    meanings: Mapping[str, Meanings] = field(default_factory=dict)
    loaded: Mapping[Key, LoadedModel] = field(default_factory=dict)
    refused: Mapping[Key, str] = field(default_factory=dict)
    registry_problem: str | None = None

    def unread(self, reference: Reference | None) -> str | None:
        """A name whose folder must be looked into before it can be told what a reference means, if there is one."""
        if reference is not None:
            name = reference.name
            return name if name not in self.listing and name in self.names else None
        if len(self.listing) > 1:
            return None
        return next((name for name in self.names if name not in self.listing), None)

    def key(self, reference: Reference | None) -> Key:
        """The name and version that a reference means; None means the only name there is.

        Its name must have been looked into (`unread`). Raises UnknownModel, RefusedVersion, and InvalidRequest where
        None could mean several.
        """
        if reference is None:
            if len(self.names) != 1:
                names = ", ".join(list(self.names)[:10])
                raise InvalidRequest(self.hint or f"name one of the models: {names}", ("model",))
            reference = Reference(next(iter(self.names)))
        name, version, alias = reference
        if version is None:
            version = self.meanings.get(name, {}).get(alias)
            if version is not None:
                return name, version
        elif (name, version) in self.loaded:
            return name, version
        return resolve(self.listing, reference, self.names)

    def check_not_refused(self, key: Key) -> None:
        """Raise RefusedVersion where a version was refused."""
        if key in self.refused:
            name, version = key
            raise RefusedVersion(f"{name}@{version} is not served: {self.refused[key]}")

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        """All that is not served and why, versions first; of the names that were looked into."""
        missing = [
            Problem(name, version, "an alias names it, but it is not there")
            for name, entry in self.listing.items()
            for version in sorted(set(entry.aliases.values()) - set(entry.versions))
        ]
        refused = [Problem(name, version, reason) for (name, version), reason in self.refused.items()]
        unknown = [Problem(name, None, entry.problem) for name, entry in self.listing.items() if entry.problem]
        return (*sorted([*missing, *refused]), *unknown)

    @cached_property
    def watched(self) -> frozenset[str]:
        """The names that something is open or wrong of."""
        return frozenset({name for name, _ in self.loaded}.union(problem.name for problem in self.problems))

    @cached_property
    def references(self) -> Mapping[str, int]:
        """What each bare name and each alias of the open models means."""
        names = sorted({name for name, _ in self.loaded})
        return {
            str(Reference(name, alias=alias)): version
            for name in names
            for alias, version in sorted(self.meanings[name].items(), key=lambda each: each[0] or "")
        }

    @property
    def hint(self) -> str | None:
        """How to fill the registry, where it is empty."""
        if self.names:
            return None
        return (
            "the registry holds no model: train one (rollcast train sine-lstm), or name another folder (rollcast "
            "serve --registry, ROLLCAST_REGISTRY)"
        )


def by_name(keys: Iterable[Key]) -> dict[str, set[int]]:
    """The versions of each name."""
    found: dict[str, set[int]] = {}
    for name, version in keys:
        found.setdefault(name, set()).add(version)
    return found
