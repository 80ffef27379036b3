"""Writing files so that a crash leaves the old content or the new, never half of either.

The order is PostgreSQL's `durable_rename` (src/backend/storage/file/fd.c): flush the new file, rename it
over the old one, flush the folder.
"""

import os
import tempfile
from pathlib import Path

TEMPORARY = ".new-"  # begins the name of a file that is to replace another


def write_durably(path: Path, content: bytes) -> None:
    """Write a file and flush it to the disk. Raises OSError."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def flush_folder(folder: Path) -> None:
    """Flush a folder's own entries to the disk: the names in it, not what they hold. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def replace_durably(path: Path, content: bytes, mode: int = 0o644, *, by_way_of: Path | None = None) -> None:
    """Replace a file's content and permissions in one step.

    The new one is first written into the folder `by_way_of`, by default the file's own. Raises OSError; the old content
    then stands, or the new one where only the flush at the end has failed.
    """
    descriptor, temporary = tempfile.mkstemp(prefix=TEMPORARY, dir=by_way_of or path.parent)
    os.close(descriptor)
    try:
        write_durably(Path(temporary), content)
        Path(temporary).chmod(mode)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    flush_folder(path.parent)
