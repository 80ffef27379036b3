"""Publishing a version: all of it appears in the registry at once, or nothing does."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from models.errors import IncompatibleVersion, RefusedVersion, RegistryError
from models.inference.forecaster import Forecaster
from models.references import check_name
from models.registry.change_token import renew_change_token
from models.registry.listing import Entry
from models.registry.loader import MANIFEST, file_record, open_version
from models.registry.registry import Registry
from models.registry.storage import MAX_DOCUMENT_BYTES, MissingFile, StorageConflict, StorageError
from models.spec.manifest import Description, Manifest
from models.spec.manifest_seal import sealed

# The highest number ever given out, so that none is reused.
NUMBERS = ".numbers"


def check_publishable(registry: Registry, name: str, features: tuple[str, ...]) -> None:
    """Fail before a long training rather than after it.

    Raises InvalidName, RegistryError where the storage can't be read or written, RefusedVersion where the newest
    version can't be read, and IncompatibleVersion where it is a model of other columns.
    """
    check_name(name)
    try:
        registry.storage.check_writable(name)
    except StorageError as error:
        raise RegistryError(
            f"{registry.storage.locate(name)} can't be written: {error}; choose another folder with --registry"
        ) from error
    _check_features(registry, name, features)


def publish(
    registry: Registry,
    name: str,
    description: Description,
    files: Mapping[str, bytes],
    check: Callable[[Forecaster], None] | None = None,
    numbered: Callable[[int], Mapping[str, bytes]] = lambda _: {},
) -> Manifest:
    """Publish the next version of a name.

    `numbered` gives the files that tell the version's number. All files are staged, read back and opened as serving
    would open them, and passed to `check`, which may raise; only then is the version committed. Raises RegistryError
    (unwritable, full), IncompatibleVersion, InvalidName and RefusedVersion; nothing is published then.
    """

    def draft(number: int) -> Draft:
        content = {**files, **numbered(number)}
        manifest, document = _manifest(name, number, description, content)
        return Draft(manifest, {**content, MANIFEST: document})

    return publish_draft(registry, name, description.spec.features, draft, check=check)


class Draft(NamedTuple):
    """A version under a number that may yet be taken: its manifest and its files, the manifest's the last one."""

    manifest: Manifest
    files: Mapping[str, bytes]


def publish_draft(
    registry: Registry,
    name: str,
    features: tuple[str, ...],
    draft: Callable[[int], Draft],
    *,
    check: Callable[[Forecaster], None] | None = None,
    at_least: int = 1,
) -> Manifest:
    """Publish what `draft` makes for a number: the lowest that was never given to the name and is `at_least` this.

    Staged, opened and checked as in `publish`, and raises the same.
    """
    check_name(name)
    while True:
        _check_features(registry, name, features)
        following, reserved = _next_number(registry, name)
        number = max(following, at_least)
        manifest, content = draft(number)
        try:
            with registry.storage.stage(name, content) as staged:
                _, forecaster = open_version(staged.read)
                if check is not None:
                    check(forecaster)
                registry.storage.swap(name, NUMBERS, f"{number}\n".encode(), expected=reserved)
                _check_features(registry, name, features)  # others may have published meanwhile
                staged.commit(number)
        except StorageConflict:
            continue  # somebody else has published under this number, which the files tell: make them anew
        except StorageError as error:
            raise RegistryError(
                f"{manifest.title} can't be written below {registry.storage.location}: {error}; nothing was published"
            ) from error
        renew_change_token(registry.storage)
        return manifest


def _manifest(name: str, number: int, description: Description, files: Mapping[str, bytes]) -> tuple[Manifest, bytes]:
    """A version's manifest, and its file's content."""
    manifest = Manifest(
        **dict(description),
        name=name,
        version=number,
        created_at=datetime.now(UTC).replace(microsecond=0),
        files={path: file_record(content) for path, content in files.items()},
    )
    content = sealed(manifest.model_dump(mode="json"))
    return Manifest.model_validate_json(content), content


def _next_number(registry: Registry, name: str) -> tuple[int, bytes | None]:
    """The next version's number, and what NUMBERS holds while it is free. Raises RegistryError."""
    entry = _entry(registry, name)
    listed = entry.versions[-1] if entry else 0
    location = registry.storage.locate(f"{name}/{NUMBERS}")
    try:
        reserved = registry.storage.read(name, NUMBERS, MAX_DOCUMENT_BYTES)
        return max(listed, int(reserved)) + 1, reserved
    except MissingFile:
        return listed + 1, None
    except StorageError as error:
        raise RegistryError(f"{location} can't be read: {error}") from error
    except ValueError as error:
        raise RegistryError(f"{location} must hold one whole number; mend or remove it") from error


def _entry(registry: Registry, name: str) -> Entry | None:
    """A name's entry, which has versions; None where it has none yet. Raises RegistryError where it can't be listed."""
    entry = registry.listing().get(name)
    if entry is not None and not entry.versions:
        raise RegistryError(f"{name} can't be published to: {entry.problem}")
    return entry


def _check_features(registry: Registry, name: str, features: tuple[str, ...]) -> None:
    entry = _entry(registry, name)
    if entry is None:
        return
    version = entry.versions[-1]
    try:
        newest = registry.manifest(name, version).spec
    except RefusedVersion as error:
        raise RefusedVersion(
            f"the columns of {name}@{version}, the newest, can't be compared with the new version's: {error}; "
            f"mend or remove {registry.storage.locate(f'{name}/{version}')}"
        ) from error
    if newest.features != features:
        raise IncompatibleVersion(
            f"{name}@{version} forecasts from {', '.join(newest.features)}, not {', '.join(features)}; "
            "its callers would break: train under another name"
        )
