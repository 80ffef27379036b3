"""A version that comes from elsewhere, or goes there: all of its files, checked before one of them is written."""

import re
from collections.abc import Mapping
from functools import partial
from typing import NamedTuple, Self

from models.errors import RefusedVersion
from models.registry.loader import MANIFEST, check_bounds, read_manifest, verified
from models.registry.registry import Registry
from models.registry.storage import MAX_DOCUMENT_BYTES, ReadFile
from models.spec.manifest import Manifest
from models.spec.manifest_seal import UNSEALED
from models.text import printable

# A path that stays in its folder, whatever the system: such as plots/loss.png.
FILE_PATTERN = r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}(/[A-Za-z0-9][A-Za-z0-9._-]{0,99}){0,3}"


class SentVersion(NamedTuple):
    """A version's manifest, which has a hash, and all its files by their names, the manifest's own among them."""

    manifest: Manifest
    files: Mapping[str, bytes]

    @classmethod
    def of(cls, registry: Registry, name: str, version: int) -> Self:
        """A version of a registry, which must open. Raises RefusedVersion."""
        registry.open(name, version)
        return cls.read(partial(registry.storage.read, f"{name}/{version}"))

    @classmethod
    def read(cls, read: ReadFile) -> Self:
        """A version by what reads its files: each must be what the manifest tells. Nothing is run.

        Raises RefusedVersion with the first reason found.
        """
        manifest = read_manifest(read)
        if manifest.sha256 is None:
            raise RefusedVersion(f"{manifest.title} can't be sent: {UNSEALED}")
        for name in manifest.files:
            if not re.fullmatch(FILE_PATTERN, name, re.ASCII) or name == MANIFEST:
                raise RefusedVersion(f"{MANIFEST} lists {printable(repr(name))}, which is no name of a version's file")
        check_bounds(manifest)
        files = {name: verified(read, name, record) for name, record in manifest.files.items()}
        return cls(manifest, {**files, MANIFEST: read(MANIFEST, MAX_DOCUMENT_BYTES)})
