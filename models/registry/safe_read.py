"""Reading regular files only: whatever lies in a file's place, reading never waits and never follows a link."""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def open_regular(path: Path) -> Iterator[tuple[BinaryIO, int]]:
    """A regular file, open for reading, and its size in bytes.

    Raises OSError, whose strerror is the reason, and ValueError where the path can't be one.
    """
    if path.is_symlink():
        raise OSError(errno.ELOOP, "it is a link")
    with open(path, "rb", opener=_open_without_waiting) as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "it is not a regular file")
        yield file, status.st_size


def _open_without_waiting(path: str, flags: int) -> int:
    # Opening a pipe would wait for a writer; no link can have taken the file's place since it was looked at.
    return os.open(path, flags | os.O_NONBLOCK | os.O_NOFOLLOW)
