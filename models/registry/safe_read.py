"""Reading the registry's files: whatever lies in a file's place, reading never waits and never follows a link."""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

# Far above any manifest, and soon read.
MAX_DOCUMENT_BYTES = 16 << 20


@contextmanager
def open_regular(path: Path) -> Iterator[tuple[BinaryIO, int]]:
    """A regular file, open for reading, and its size in bytes.

    Raises OSError, whose strerror is the reason, and ValueError where the path can't be one.
    """
    if path.is_symlink():
        raise OSError(errno.ELOOP, "it is a link")
    with open(path, "rb", opener=_open_at_once) as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "it is not a regular file")
        yield file, status.st_size


def read_document(path: Path) -> bytes:
    """Read a regular file of at most MAX_DOCUMENT_BYTES. Raises as `open_regular`."""
    with open_regular(path) as (file, size):
        if size > MAX_DOCUMENT_BYTES:
            raise OSError(errno.EFBIG, f"it has {size} bytes; at most {MAX_DOCUMENT_BYTES} are allowed")
        return file.read()


def _open_at_once(path: str, flags: int) -> int:
    # Opening a pipe would wait for a writer; no link can have taken the file's place since it was looked at.
    return os.open(path, flags | os.O_NONBLOCK | os.O_NOFOLLOW)
