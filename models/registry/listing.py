"""What a registry holds, and which version a reference such as name@alias means."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from models.errors import RefusedVersion, UnknownModel
from models.references import CHAMPION, Reference
from models.text import did_you_mean


@dataclass(frozen=True)
class Entry:
    """One name's versions, in ascending order, and its aliases, or why the ones or the others can't be known."""

    versions: tuple[int, ...]
    aliases: Mapping[str, int] = field(default_factory=dict)
    problem: str | None = None

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing, as far as can be known."""
        return not self.versions and self.problem is None

    @property
    def default(self) -> int:
        """The version that a bare name means: the champion where one is set, else the newest. There must be one."""
        return self.aliases[CHAMPION] if CHAMPION in self.aliases else self.versions[-1]


def resolve(listing: Mapping[str, Entry], reference: Reference, names: Iterable[str] = ()) -> tuple[str, int]:
    """The name and version that a reference means in a listing, which may be that of some of the `names` only.

    Raises UnknownModel, which names what is near, and RefusedVersion where it takes what can't be read.
    """
    entry = listing.get(reference.name)
    if entry is None:
        raise UnknownModel(f'no model is named "{reference.name}"{did_you_mean(reference.name, names or listing)}')
    if entry.problem is not None and (reference.version is None or not entry.versions):
        raise RefusedVersion(f"{reference} can't be resolved: {entry.problem}")
    if reference.alias is not None:
        if reference.alias not in entry.aliases:
            known = did_you_mean(reference.alias, entry.aliases) or "; it has none"
            raise UnknownModel(f'{reference.name} has no alias "{reference.alias}"{known}')
        version = entry.aliases[reference.alias]
    else:
        version = entry.default if reference.version is None else reference.version
    if version not in entry.versions:
        newest = ", ".join(map(str, entry.versions[-5:]))
        if reference.version is None:  # the newest is always there, so an alias has named this one
            alias = f"{reference.name}@{reference.alias or CHAMPION}"
            raise UnknownModel(
                f"{alias} names version {version}, which is not there; ask for an exact version, as in "
                f"{reference.name}@{entry.versions[-1]}, or promote one: the newest are {newest}"
            )
        raise UnknownModel(f"{reference.name} has no version {version}; its newest are {newest}")
    return reference.name, version
