"""How many files the process may have open, and how many of them may be connections."""

import logging
import os
import resource
from contextlib import suppress

SPARE_FILES = 64  # for models, logs, and connections that are being made and closed

log = logging.getLogger("rollcast")


def raise_file_limit() -> int:
    """Raise the soft limit of open files to the hard one; what it is then."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(OSError, ValueError):  # macOS has a lower bound of its own
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        soft = hard
    return soft


def most_connections(wanted: int) -> int:
    """How many connections fit under the limit of open files, at most the number that is wanted."""
    limit = raise_file_limit()
    if limit == resource.RLIM_INFINITY:
        return wanted
    fit = max(1, limit - SPARE_FILES - _open_files())
    if fit >= wanted:
        return wanted
    log.warning("at most %d connections at a time, not %d: the limit of open files is %d", fit, wanted, limit)
    return fit


def _open_files() -> int:
    return len(os.listdir("/dev/fd"))
