"""The registry: names, versions and aliases of models in a storage; reading, opening, promoting."""

import json
import re
from collections.abc import Hashable, Iterable
from functools import partial
from pathlib import Path
from typing import Self

from models.errors import RefusedVersion, RegistryError, RollcastError
from models.inference.forecaster import Forecaster
from models.references import ALIAS_PATTERN, CHAMPION, NAME_PATTERN, VERSION_PATTERN, Reference, check_alias
from models.registry.change_token import renew_change_token
from models.registry.folder_storage import FolderStorage
from models.registry.listing import Entry, resolve
from models.registry.loader import MANIFEST, OPEN_TIMEOUT_S, open_version, read_manifest, verified
from models.registry.storage import MAX_DOCUMENT_BYTES, MissingFile, Storage, StorageConflict, StorageError
from models.spec.manifest import Manifest
from models.spec.manifest_seal import sealed

ALIASES = "aliases.json"


class Registry:
    """Models in a storage: `<name>/<version>/manifest.json` beside the version's files, `<name>/aliases.json`.

    Names and versions are looked up in the storage's listing; no path is ever made from a request.
    """

    def __init__(self, storage: Storage) -> None:
        self.storage = storage

    @classmethod
    def at(cls, location: Path) -> Self:
        """The registry in a folder, which need not exist yet."""
        return cls(FolderStorage(location))

    def listing(self) -> dict[str, Entry]:
        """Every name that has a version, or may have, in alphabetical order. A missing folder is an empty registry.

        Raises RegistryError where the storage itself can't be listed; what is wrong with a name stands in its entry.
        """
        entries = self.entries(self.names())
        return {name: entry for name, entry in entries.items() if not entry.is_empty}

    def names(self) -> list[str]:
        """Every name that may have versions, in alphabetical order: what one look finds, into no name's folder.

        Raises RegistryError where the storage can't be listed.
        """
        try:
            return sorted(_matching(NAME_PATTERN, self.storage.folders("")))
        except StorageError as error:
            raise RegistryError(f"{self.storage.location} can't be listed: {error}") from error

    def has_aliases(self, name: str) -> bool:
        """Whether somebody has promoted a version of a name, as far as that can be told without reading anything."""
        return self.storage.exists(name, ALIASES)

    def resolve(self, reference: Reference) -> tuple[str, int]:
        """The name and version that a reference means now. Raises UnknownModel, RefusedVersion."""
        return resolve(self.listing(), reference)

    def manifest(self, name: str, version: int) -> Manifest:
        """Read a listed version's manifest. Raises RefusedVersion where it is not what it should be."""
        manifest = read_manifest(partial(self.storage.read, f"{name}/{version}"))
        _check_title(manifest, name, version)
        return manifest

    def open(self, name: str, version: int, timeout_s: float = OPEN_TIMEOUT_S) -> tuple[Manifest, Forecaster]:
        """Check a listed version whole and make it ready to forecast. Raises RefusedVersion, whatever is wrong.

        It is wrong as well where its golden answers take longer than `timeout_s`.
        """
        try:
            manifest, forecaster = open_version(partial(self.storage.read, f"{name}/{version}"), timeout_s)
        except RollcastError:
            raise
        except Exception as error:  # no file, however odd, may keep the other versions from being served
            raise RefusedVersion(f"opening it failed in a way that is not foreseen: {type(error).__name__}") from error
        _check_title(manifest, name, version)
        return manifest, forecaster

    def read(self, manifest: Manifest, name: str) -> bytes:
        """One of a version's files, as it was published. Raises RefusedVersion where it has none, or another one."""
        if name not in manifest.files:
            raise RefusedVersion(f"{manifest.title} has no {name}")
        read = partial(self.storage.read, f"{manifest.name}/{manifest.version}")
        return verified(read, name, manifest.files[name])

    def fingerprint(self, name: str, version: int) -> Hashable:
        """What is another once any file of a version has changed."""
        return self.storage.fingerprint(f"{name}/{version}")

    def promote(self, name: str, version: int, alias: str = CHAMPION) -> None:
        """Make an alias name a version, which must open. Raises UnknownModel, RefusedVersion, RegistryError."""
        check_alias(alias)
        while True:
            name, version = self.resolve(Reference(name, version=version))
            self.open(name, version)
            document = self._aliases_document(name)
            aliases = {**_parse_aliases(name, document), alias: version}
            content = json.dumps(aliases, indent=2, sort_keys=True).encode() + b"\n"
            try:
                self.storage.swap(name, ALIASES, content, expected=document, beside=str(version))
            except StorageConflict:
                continue  # somebody else has promoted, or pruned the version, in the meantime
            except StorageError as error:
                raise RegistryError(f"{self.storage.locate(f'{name}/{ALIASES}')} can't be written: {error}") from error
            renew_change_token(self.storage)
            return

    def remove(self, name: str, version: int) -> bool:
        """Remove a version in one step, unless an alias names it or it is gone; tells whether it did.

        Raises RegistryError where the aliases can't be read or the version can't be removed.
        """
        while True:
            document = self._aliases_document(name)
            if version in _parse_aliases(name, document).values():
                return False
            try:
                self.storage.remove(name, str(version), ALIASES, expected=document)
            except StorageConflict:
                continue  # somebody has promoted in the meantime, perhaps this one
            except MissingFile:
                return False
            except StorageError as error:
                location = self.storage.locate(f"{name}/{version}")
                raise RegistryError(f"{location} can't be removed: {error}") from error
            renew_change_token(self.storage)
            return True

    def remove_leftovers(self) -> list[str]:
        """Remove what publishers that died have left, and tell where it was. Raises RegistryError."""
        removed = []
        try:
            for folder in ("", *sorted(_matching(NAME_PATTERN, self.storage.folders("")))):
                names = self.storage.remove_leftovers(folder)
                removed += [f"{folder}/{name}" if folder else name for name in names]
        except StorageError as error:
            raise RegistryError(f"leftovers in {self.storage.location} can't be removed: {error}") from error
        return removed

    def upgrade_manifest(self, name: str, version: int) -> bool:
        """Give the manifest of a listed version, which must open, the hash that older ones lack; False if it has one.

        Raises RefusedVersion, and RegistryError where it can't be written.
        """
        manifest, _ = self.open(name, version)
        if manifest.sha256 is not None:
            return False
        path = f"{version}/{MANIFEST}"
        try:
            old = self.storage.read(name, path, MAX_DOCUMENT_BYTES)
            self.storage.swap(name, path, sealed(json.loads(old)), expected=old, beside=str(version))
        except StorageError as error:
            raise RegistryError(f"{self.storage.locate(f'{name}/{path}')} can't be written: {error}") from error
        renew_change_token(self.storage)
        return True

    def entries(self, names: Iterable[str]) -> dict[str, Entry]:
        """What the folders of names hold."""
        return {name: self.entry(name) for name in names}

    def entry(self, name: str) -> Entry:
        """What a name's folder holds; nothing, without a problem, where it is not there.

        Messages name files from the registry on, as they reach its clients.
        """
        versions: tuple[int, ...] = ()
        try:
            numbers = _matching(VERSION_PATTERN, self.storage.folders(name))
            # A folder without a manifest is no version. What is wrong with a manifest, opening it tells.
            found = [int(number) for number in numbers if self.storage.exists(f"{name}/{number}", MANIFEST)]
            versions = tuple(sorted(found))
        except StorageError as error:
            return Entry(versions, problem=f"{name} can't be listed: {error}")
        try:
            return Entry(versions, _parse_aliases(name, self._aliases_document(name)) if versions else {})
        except RegistryError as error:
            return Entry(versions, problem=str(error))

    def _aliases_document(self, name: str) -> bytes | None:
        """A name's aliases as they are stored; None where there are none. Raises RegistryError."""
        try:
            return self.storage.read(name, ALIASES, MAX_DOCUMENT_BYTES)
        except MissingFile:
            return None
        except StorageError as error:
            raise RegistryError(f"{name}/{ALIASES} can't be read: {error}") from error


def _matching(pattern: str, names: list[str]) -> list[str]:
    return [name for name in names if re.fullmatch(pattern, name, re.ASCII)]


def _parse_aliases(name: str, document: bytes | None) -> dict[str, int]:
    """A name's aliases; those that are no aliases are refused as a whole, not guessed at. Raises RegistryError."""
    if document is None:
        return {}
    try:
        aliases = json.loads(document)
    except (ValueError, RecursionError) as error:
        raise RegistryError(f"{name}/{ALIASES} can't be read: {error}") from error
    good = isinstance(aliases, dict) and all(
        re.fullmatch(ALIAS_PATTERN, alias, re.ASCII)
        and type(version) is int
        and re.fullmatch(VERSION_PATTERN, str(version))
        for alias, version in aliases.items()
    )
    if not good:
        raise RegistryError(f'{name}/{ALIASES} must map aliases to version numbers, as in {{"{CHAMPION}": 3}}')
    return dict(aliases)


def _check_title(manifest: Manifest, name: str, version: int) -> None:
    if (manifest.name, manifest.version) != (name, version):
        raise RefusedVersion(f"the manifest is that of {manifest.title}, but it lies in {name}/{version}")
