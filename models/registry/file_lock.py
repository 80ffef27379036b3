"""The lock of a name: whoever changes what the registry holds under it is alone there."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from models.errors import RegistryError
from models.registry.durable_write import flush_folder

LOCK = ".lock"  # a file of its own, for those with content are replaced, and their locks would go with them


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the lock of a name's folder, which is made where it is missing. Raises RegistryError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
        flush_folder(folder.parent)
    except OSError as error:
        raise RegistryError(
            f"{folder} can't be written: {error.strerror}; choose another folder with --registry"
        ) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
