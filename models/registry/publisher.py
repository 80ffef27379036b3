"""Publishing a version: all of it appears in the registry at once, or nothing does."""

import shutil
import tempfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from models.errors import IncompatibleVersion, RefusedVersion, RegistryError
from models.inference.forecaster import Forecaster
from models.references import check_name
from models.registry.durable_write import TEMPORARY, flush_folder, replace_durably, write_durably
from models.registry.file_lock import locked
from models.registry.loader import MANIFEST, file_record, open_version
from models.registry.registry import Registry
from models.spec.manifest import Description, Manifest

# The highest number ever given out, so that none is reused.
NUMBERS = ".numbers"
STAGING = ".staging-"


def check_publishable(registry: Registry, name: str, features: tuple[str, ...]) -> None:
    """Fail before a long training rather than after it.

    Raises InvalidName, RegistryError where the folder can't be read or written, RefusedVersion where the newest
    version can't be read, and IncompatibleVersion where it is a model of other columns.
    """
    check_name(name)
    with locked(registry.root / name):
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

    `numbered` gives the files that tell the version's number. All files are written beside the target, flushed,
    opened as serving would open them and passed to `check`, which may raise; only then is the folder renamed into
    place. Raises RegistryError (unwritable, full), IncompatibleVersion, InvalidName and RefusedVersion; nothing is
    published then.
    """
    check_name(name)
    folder = registry.root / name
    with locked(folder):
        _check_features(registry, name, description.features)
        number = _next_number(registry, name)
        files = {**files, **numbered(number)}
        manifest = Manifest(
            **dict(description),
            name=name,
            version=number,
            created_at=datetime.now(UTC).replace(microsecond=0),
            files={path: file_record(content) for path, content in files.items()},
        )
        try:
            # Whoever holds the lock is alone here, so anything half-done is a dead publisher's.
            for leftover in folder.glob(f"{STAGING}*"):
                shutil.rmtree(leftover)
            for leftover in folder.glob(f"{TEMPORARY}*"):
                leftover.unlink()
            staging = Path(tempfile.mkdtemp(prefix=STAGING, dir=folder))
            try:
                _write_version(staging, files, manifest)
                _, forecaster = open_version(staging)
                if check is not None:
                    check(forecaster)
                replace_durably(folder / NUMBERS, f"{manifest.version}\n".encode())
                staging.rename(folder / str(manifest.version))
            except BaseException:
                shutil.rmtree(staging, ignore_errors=True)
                raise
            flush_folder(folder)
        except OSError as error:
            raise RegistryError(
                f"{name}@{manifest.version} can't be written below {registry.root}: {error.strerror}; "
                "nothing was published"
            ) from error
    return manifest


def _next_number(registry: Registry, name: str) -> int:
    entry = registry.listing().get(name)
    listed = entry.versions[-1] if entry else 0
    numbers = registry.root / name / NUMBERS
    try:
        return max(listed, int(numbers.read_text())) + 1
    except FileNotFoundError:
        return listed + 1
    except OSError as error:
        raise RegistryError(f"{numbers} can't be read: {error.strerror}") from error
    except ValueError as error:
        raise RegistryError(f"{numbers} must hold one whole number; mend or remove it") from error


def _check_features(registry: Registry, name: str, features: tuple[str, ...]) -> None:
    entry = registry.listing().get(name)
    if entry is None:
        return
    if not entry.versions:
        raise RegistryError(f"{name} can't be published to: {entry.problem}")
    version = entry.versions[-1]
    try:
        newest = registry.manifest(name, version)
    except RefusedVersion as error:
        raise RefusedVersion(
            f"the columns of {name}@{version}, the newest, can't be compared with the new version's: {error}; "
            f"mend or remove {registry.root / name / str(version)}"
        ) from error
    if newest.features != features:
        raise IncompatibleVersion(
            f"{name}@{newest.version} forecasts from {', '.join(newest.features)}, not {', '.join(features)}; "
            "its callers would break: train under another name"
        )


def _write_version(staging: Path, files: Mapping[str, bytes], manifest: Manifest) -> None:
    staging.chmod(0o755)  # mkdtemp's 0700 would hide the version from a service run by another user
    for path, content in files.items():
        (staging / path).parent.mkdir(parents=True, exist_ok=True)
        write_durably(staging / path, content)
    write_durably(staging / MANIFEST, manifest.model_dump_json(indent=1).encode() + b"\n")
    for folder in {staging, *((staging / path).parent for path in files)}:
        flush_folder(folder)
