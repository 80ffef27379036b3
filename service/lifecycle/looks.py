"""What a look at the registry makes of what is served: its names, and what their folders hold."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from models.errors import RefusedVersion, RegistryError
from models.registry.listing import Entry
from models.registry.registry import Registry
from service.lifecycle.snapshot import Key, Snapshot


def look(registry: Registry, names: Sequence[str]) -> Mapping[str, Entry]:
    """What the folders of names hold. Raises RefusedVersion where all are gone, and the registry with them."""
    entries = registry.entries(names)
    if all(entry.is_empty for entry in entries.values()):
        try:
            gone = not registry.names()
        except RegistryError:
            gone = True
        if gone:
            raise RefusedVersion(f"{names[0]} can't be looked up: the registry is empty or not there; is it mounted?")
    return entries


def looked_into(before: Snapshot, names: Mapping[str, None], entries: Mapping[str, Entry]) -> Snapshot:
    """A snapshot of these names, of which the `entries` are known, without what they no longer list.

    A name whose folder holds nothing is none. What its references mean is left to the store.
    """
    known = {name: _merged(before.listing.get(name), entries[name]) for name in sorted(entries) if name in names}
    listing = {name: entry for name, entry in known.items() if not entry.is_empty}
    if len(listing) < len(known):
        names = {name: None for name in names if name not in known or name in listing}
    loaded = {key: model for key, model in before.loaded.items() if lists(listing, key)}
    return replace(before, names=names, listing=listing, loaded=loaded)


def lists(listing: Mapping[str, Entry], key: Key) -> bool:
    """Whether a version is there."""
    name, version = key
    return name in listing and version in listing[name].versions


def _merged(before: Entry | None, now: Entry) -> Entry:
    """An entry; of one that can't be read whole, what is not known is what it was before."""
    if before is None or now.problem is None:
        return now
    return Entry(now.versions or before.versions, before.aliases, now.problem)
