"""Who listens on a port of this machine, as Linux tells it below /proc."""

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

_LISTENS = "0A"
PROC = Path("/proc")


class Holder(NamedTuple):
    """A process: its id, and how it was called."""

    pid: int
    command: str


def holder_of(port: int) -> Holder | None:
    """The process that listens on a TCP port; None where that is nobody, another user's, or the system has no /proc."""
    sockets = {f"socket:[{inode}]" for inode in _inodes(port)}
    for folder in PROC.glob("[0-9]*") if sockets else ():
        with suppress(OSError):  # of another user, or ended in the meantime
            if any(os.readlink(each) in sockets for each in (folder / "fd").iterdir()):
                words = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
                return Holder(int(folder.name), re.sub(r"\s+", " ", " ".join(words)).strip())
    return None


def _inodes(port: int) -> Iterator[str]:
    """The inodes of sockets that listen on a port, on whatever address."""
    for table in ("tcp", "tcp6"):
        with suppress(OSError):
            for line in (PROC / "net" / table).read_text().splitlines()[1:]:
                fields = line.split()
                if fields[3] == _LISTENS and int(fields[1].rpartition(":")[2], 16) == port:
                    yield fields[9]
