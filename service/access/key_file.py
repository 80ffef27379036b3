"""The file of API keys: reading it whole, and changing it so that a crash leaves the old one or the new one."""

import errno
import fcntl
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from models.errors import RollcastError
from models.registry.durable_write import replace_durably
from service.access.api_keys import ApiKeys

MAX_BYTES = 4 << 20  # some ten thousand keys
PRIVATE = 0o600


class KeyFileError(RollcastError):
    """A file of API keys that can't be read or written, or does not hold keys."""


class Stamp(NamedTuple):
    """What tells that a file is another than before, without reading it."""

    device: int
    inode: int
    size_bytes: int
    modified_ns: int
    changed_ns: int

    @classmethod
    def of(cls, status: os.stat_result) -> "Stamp":
        """The stamp of a file."""
        return cls(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def read_keys(path: Path) -> tuple[Stamp, ApiKeys]:
    """The keys of a file, and the stamp that it had before they were read. Raises KeyFileError.

    Links are followed: container platforms mount secrets as links, and renew them by changing these.
    """
    try:
        with open(path, "rb", opener=_open_without_waiting) as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise OSError(errno.EINVAL, "it is not a regular file")
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise KeyFileError(
            f"the file of API keys {path} is not there; make it with: rollcast keys new NAME --file {path}"
        ) from error
    except OSError as error:
        raise KeyFileError(f"the file of API keys {path} can't be read: {error.strerror}") from error
    if len(content) > MAX_BYTES:
        raise KeyFileError(f"the file of API keys {path} is larger than {MAX_BYTES} bytes; remove old keys")
    try:
        return Stamp.of(status), ApiKeys.model_validate_json(content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]  # its message never shows what came: it may be a key
        where = ".".join(map(str, first["loc"]))
        message = first["msg"].removeprefix("Value error, ")
        raise KeyFileError(
            f"the file of API keys {path} is not valid{f' at {where}' if where else ''}: {message}"
        ) from error


def change_keys(path: Path, change: Callable[[ApiKeys], ApiKeys]) -> None:
    """Replace the keys of a file by what `change` makes of them; a missing file holds none. Raises KeyFileError.

    A new file can be read and written by its owner alone; another keeps its permissions. Changes of several processes
    come one after another.
    """
    path = path.resolve()  # a link goes on leading to the file
    try:
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise KeyFileError(f"the folder {path.parent} can't be opened: {error.strerror}") from error
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        there = path.exists()
        keys = change(read_keys(path)[1] if there else ApiKeys())
        mode = stat.S_IMODE(path.stat().st_mode) if there else PRIVATE
        content = keys.model_dump_json(indent=1, exclude_none=True).encode() + b"\n"
        replace_durably(path, content, mode)
    except OSError as error:
        raise KeyFileError(f"the file of API keys {path} can't be written: {error.strerror}") from error
    finally:
        os.close(folder)


def _open_without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)  # opening a pipe would wait for a writer
