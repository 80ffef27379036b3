"""Publishing a version: all of it appears in the registry at once, or nothing does."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from models.durable import flush_folder, write_durably
from models.errors import IncompatibleVersion, RegistryError
from models.forecaster import Forecaster
from models.manifest import Description, Manifest
from models.names import check_name
from models.opening import MANIFEST, file_record, open_version
from models.registry import Registry

# The highest number ever given out, so that none is reused; locked while a version is being published.
NUMBERS = ".numbers"
STAGING = ".staging-"


def check_publishable(registry: Registry, name: str, features: tuple[str, ...]) -> None:
    """Fail before a long training rather than after it.

    Raises InvalidName, RegistryError where the folder can't be written, and IncompatibleVersion where the
    name is taken by a model of other columns.
    """
    check_name(name)
    with _locked(registry.root / name):
        _check_features(registry, name, features)


def publish(
    registry: Registry,
    name: str,
    description: Description,
    files: Mapping[str, bytes],
    check: Callable[[Forecaster], None] | None = None,
) -> Manifest:
    """Publish the next version of a name.

    The files are written beside the target, flushed, opened as serving would open them and passed to
    `check`, which may raise; only then is the folder renamed into place. Raises RegistryError (unwritable,
    full), IncompatibleVersion, InvalidName and RefusedVersion; nothing is published then.
    """
    check_name(name)
    folder = registry.root / name
    with _locked(folder) as numbers:
        _check_features(registry, name, description.features)
        manifest = Manifest(
            **dict(description),
            name=name,
            version=_next_number(registry, name, numbers),
            created_at=datetime.now(UTC).replace(microsecond=0),
            files={path: file_record(content) for path, content in files.items()},
        )
        # Whoever holds the lock is alone here, so any staging folder is a dead publisher's.
        for leftover in folder.glob(f"{STAGING}*"):
            shutil.rmtree(leftover)
        try:
            staging = Path(tempfile.mkdtemp(prefix=STAGING, dir=folder))
            try:
                _write_version(staging, files, manifest)
                _, forecaster = open_version(staging)
                if check is not None:
                    check(forecaster)
                write_durably(numbers, f"{manifest.version}\n".encode())
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


@contextmanager
def _locked(folder: Path) -> Iterator[Path]:
    """Hold the lock of a name's folder, which is made where it is missing."""
    numbers = folder / NUMBERS
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(numbers, os.O_RDWR | os.O_CREAT, 0o644)
        flush_folder(folder.parent)
    except OSError as error:
        raise RegistryError(
            f"{folder} can't be written: {error.strerror}; choose another folder with --registry"
        ) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield numbers
    finally:
        os.close(descriptor)


def _next_number(registry: Registry, name: str, numbers: Path) -> int:
    entry = registry.listing().get(name)
    listed = entry.versions[-1] if entry else 0
    try:
        return max(listed, int(numbers.read_text() or "0")) + 1
    except ValueError as error:
        raise RegistryError(f"{numbers} must hold one whole number; mend or remove it") from error


def _check_features(registry: Registry, name: str, features: tuple[str, ...]) -> None:
    entry = registry.listing().get(name)
    if entry is None:
        return
    newest = registry.manifest(name, entry.versions[-1])
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
