"""Importing a version: it takes the way of one that is published, under its own number where that is free."""

import json
from collections.abc import Callable, Mapping
from typing import NamedTuple

from models.errors import RefusedVersion, RollcastError
from models.interchange.sent_version import SentVersion
from models.registry.loader import MANIFEST, file_record
from models.registry.publisher import Draft, publish_draft
from models.registry.registry import Registry
from models.spec.manifest import Manifest
from models.spec.manifest_seal import sealed

MAX_OWN_NUMBER = 1_000_000_000  # a larger one would leave no numbers for those that come after it


class Imported(NamedTuple):
    """The version as the registry has it now; `added` is false where it had it before."""

    manifest: Manifest
    added: bool


def import_version(
    registry: Registry, sent: SentVersion, renumbered: Callable[[int], Mapping[str, bytes]] = lambda _: {}
) -> Imported:
    """Publish a version that comes from elsewhere, if it opens as serving would open it.

    It keeps its number where that is higher than any that its name has had here, else it takes the next one, in its
    manifest too; `renumbered` then gives the files that tell the number. Raises what `publish` raises.
    """
    own = sent.manifest
    if _has(registry, own):
        return Imported(own, added=False)

    def draft(number: int) -> Draft:
        return Draft(own, sent.files) if number == own.version else _renumbered(sent, number, renumbered(number))

    wanted = own.version if own.version <= MAX_OWN_NUMBER else 1
    try:
        return Imported(publish_draft(registry, own.name, own.spec.features, draft, at_least=wanted), added=True)
    except RollcastError:
        raise
    except Exception as error:  # a file of someone else's may be odd in ways that nobody has thought of
        raise RefusedVersion(f"opening it failed in a way that is not foreseen: {type(error).__name__}") from error


def _has(registry: Registry, manifest: Manifest) -> bool:
    """Whether a registry holds the very same version."""
    entry = registry.listing().get(manifest.name)
    if entry is None or manifest.version not in entry.versions:
        return False
    try:
        return registry.manifest(manifest.name, manifest.version).sha256 == manifest.sha256
    except RefusedVersion:  # what lies there is broken
        return False


def _renumbered(sent: SentVersion, number: int, telling: Mapping[str, bytes]) -> Draft:
    """The same version under another number, with the files that tell it."""
    files = {name: content for name, content in sent.files.items() if name != MANIFEST}
    files |= {name: content for name, content in telling.items() if name in files}
    records = {name: file_record(content).model_dump(mode="json") for name, content in files.items()}
    document = {**json.loads(sent.files[MANIFEST]), "version": number, "files": records}
    content = sealed(document)
    return Draft(Manifest.model_validate_json(content), {**files, MANIFEST: content})
