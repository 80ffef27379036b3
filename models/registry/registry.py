"""Where trained models are kept: names, versions and aliases in a folder."""

import difflib
import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from models.errors import RefusedVersion, RegistryError, RollcastError, UnknownModel
from models.inference.forecaster import Forecaster
from models.references import (
    ALIAS_PATTERN,
    CHAMPION,
    NAME_PATTERN,
    VERSION_PATTERN,
    Reference,
    check_alias,
)
from models.registry.durable_write import replace_durably
from models.registry.file_lock import locked
from models.registry.loader import MANIFEST, open_version, read_manifest
from models.registry.safe_read import read_document
from models.spec.manifest import Manifest

ALIASES = "aliases.json"


@dataclass(frozen=True)
class Entry:
    """One name's versions, in ascending order, and its aliases, or why the ones or the others can't be known."""

    versions: tuple[int, ...]
    aliases: Mapping[str, int] = field(default_factory=dict)
    problem: str | None = None

    @property
    def default(self) -> int:
        """The version that a bare name means: the champion where one is set, else the newest. There must be one."""
        return self.aliases[CHAMPION] if CHAMPION in self.aliases else self.versions[-1]


class Registry:
    """A folder of models: `<name>/<version>/manifest.json` beside the version's files, `<name>/aliases.json`.

    Names and versions are looked up in the folder's listing; no path is ever made from a request.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def listing(self) -> dict[str, Entry]:
        """Every name that has a version, or may have, in alphabetical order. A missing folder is an empty registry.

        Raises RegistryError where the folder itself can't be listed; what is wrong below it is its name's problem.
        """
        try:
            names = sorted(_folders(self.root, NAME_PATTERN))
        except OSError as error:
            raise RegistryError(f"{self.root} can't be listed: {error.strerror}") from error
        entries = {name: _entry(self.root / name) for name in names}
        return {name: entry for name, entry in entries.items() if entry.versions or entry.problem is not None}

    def resolve(self, reference: Reference) -> tuple[str, int]:
        """The name and version that a reference means now. Raises UnknownModel, RefusedVersion."""
        return resolve(self.listing(), reference)

    def manifest(self, name: str, version: int) -> Manifest:
        """Read a listed version's manifest. Raises RefusedVersion where it is not what it should be."""
        manifest = read_manifest(self.root / name / str(version))
        _check_place(manifest, name, version)
        return manifest

    def open(self, name: str, version: int) -> tuple[Manifest, Forecaster]:
        """Check a listed version whole and make it ready to forecast. Raises RefusedVersion, whatever is wrong."""
        try:
            manifest, forecaster = open_version(self.root / name / str(version))
        except RollcastError:
            raise
        except Exception as error:  # no file, however odd, may keep the other versions from being served
            raise RefusedVersion(f"opening it failed in a way that is not foreseen: {type(error).__name__}") from error
        _check_place(manifest, name, version)
        return manifest, forecaster

    def promote(self, name: str, version: int, alias: str = CHAMPION) -> None:
        """Make an alias name a version, which must open. Raises UnknownModel, RefusedVersion, RegistryError."""
        check_alias(alias)
        name, version = self.resolve(Reference(name, version=version))
        self.open(name, version)
        folder = self.root / name
        with locked(folder):
            aliases = {**_read_aliases(folder), alias: version}
            try:
                replace_durably(folder / ALIASES, json.dumps(aliases, indent=2, sort_keys=True).encode() + b"\n")
            except OSError as error:
                raise RegistryError(f"{folder / ALIASES} can't be written: {error.strerror}") from error


def resolve(listing: Mapping[str, Entry], reference: Reference) -> tuple[str, int]:
    """The name and version that a reference means in a listing.

    Raises UnknownModel, which names what is near, and RefusedVersion where it takes what can't be read.
    """
    entry = listing.get(reference.name)
    if entry is None:
        raise UnknownModel(f'no model is named "{reference.name}"{_hint(reference.name, listing)}')
    if entry.problem is not None and (reference.version is None or not entry.versions):
        raise RefusedVersion(f"{reference} can't be resolved: {entry.problem}")
    if reference.alias is not None:
        if reference.alias not in entry.aliases:
            known = _hint(reference.alias, entry.aliases) or "; it has none"
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


def _hint(wanted: str, known: Iterable[str]) -> str:
    names = list(known)
    did_you_mean = difflib.get_close_matches(wanted, names, n=3, cutoff=0.5) or names[:3]
    return f"; did you mean {' or '.join(did_you_mean)}?" if did_you_mean else ""


def _entry(folder: Path) -> Entry:
    """What a name's folder holds. Messages name files from the registry on, as they reach its clients."""
    versions: tuple[int, ...] = ()
    try:
        numbers = _folders(folder, VERSION_PATTERN)
        versions = tuple(sorted(int(number) for number in numbers if _may_be_version(folder / number)))
        return Entry(versions, _read_aliases(folder) if versions else {})
    except OSError as error:
        return Entry(versions, problem=f"{folder.name} can't be listed: {error.strerror}")
    except RegistryError as error:
        return Entry(versions, problem=str(error))


def _folders(folder: Path, pattern: str) -> list[str]:
    """The names of a folder's own folders that match a pattern; links are passed over. Raises OSError."""
    try:
        with os.scandir(folder) as entries:
            return [
                entry.name
                for entry in entries
                if re.fullmatch(pattern, entry.name, re.ASCII) and entry.is_dir(follow_symlinks=False)
            ]
    except FileNotFoundError:
        return []


def _may_be_version(folder: Path) -> bool:
    """Whether a folder has a manifest, or can't be looked into; what is wrong with either, opening it tells."""
    try:
        (folder / MANIFEST).lstat()
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return True


def _read_aliases(folder: Path) -> dict[str, int]:
    """A name's aliases; those that are no aliases are refused as a whole, not guessed at. Raises RegistryError."""
    title = f"{folder.name}/{ALIASES}"
    try:
        aliases = json.loads(read_document(folder / ALIASES))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise RegistryError(f"{title} can't be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise RegistryError(f"{title} can't be read: {error}") from error
    good = isinstance(aliases, dict) and all(
        re.fullmatch(ALIAS_PATTERN, alias, re.ASCII)
        and type(version) is int
        and re.fullmatch(VERSION_PATTERN, str(version))
        for alias, version in aliases.items()
    )
    if not good:
        raise RegistryError(f'{title} must map aliases to version numbers, as in {{"{CHAMPION}": 3}}')
    return dict(aliases)


def _check_place(manifest: Manifest, name: str, version: int) -> None:
    if (manifest.name, manifest.version) != (name, version):
        raise RefusedVersion(
            f"the manifest is that of {manifest.name}@{manifest.version}, but it lies in {name}/{version}"
        )
