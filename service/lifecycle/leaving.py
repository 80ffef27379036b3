"""Ending the process while versions are still being opened."""

import logging
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

OPENING = "opening"  # the name of the threads that open versions


@contextmanager
def openings_left_behind() -> Iterator[None]:
    """What serves until the process ends; where a version is then still being opened, the process ends at once.

    The interpreter's own way to end would take ONNX Runtime down while it runs, and abort.
    """
    try:
        yield
    except SystemExit as end:
        _leave(end.code if isinstance(end.code, int) else int(end.code is not None))
        raise
    _leave(0)


def _leave(status: int) -> None:
    if any(thread.name == OPENING for thread in threading.enumerate()):
        logging.shutdown()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
