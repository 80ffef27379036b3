"""Pruning: which of a name's versions are old enough to go."""

from models.errors import RefusedVersion, RegistryError, UnknownModel
from models.registry.registry import Registry
from models.text import did_you_mean


def prune(registry: Registry, name: str, keep: int, *, dry_run: bool = False) -> list[int]:
    """Remove what is older than a name's newest `keep` versions that open, and return the numbers, oldest first.

    What an alias names stays. A version that does not open is none of those kept, so that a good one always stays; it
    goes once it is older than they are. A dry run removes nothing. Raises UnknownModel, and RegistryError where
    `keep` is below 1, the aliases can't be read or a version can't be removed.
    """
    if keep < 1:
        raise RegistryError(f"at least 1 version must be kept, not {keep}")
    listing = registry.listing()
    if name not in listing:
        raise UnknownModel(f'no model is named "{name}"{did_you_mean(name, listing)}')
    entry = listing[name]
    if entry.problem is not None:
        raise RegistryError(f"{name} can't be pruned, as what its aliases name is not known: {entry.problem}")
    newest_first = list(reversed(entry.versions))
    good = 0
    while newest_first and good < keep:
        good += _opens(registry, name, newest_first.pop(0))
    old = [version for version in reversed(newest_first) if version not in entry.aliases.values()]
    return old if dry_run else [version for version in old if registry.remove(name, version)]


def _opens(registry: Registry, name: str, version: int) -> bool:
    try:
        registry.open(name, version)
    except RefusedVersion:
        return False
    return True
