"""How several workers tell their metrics as one: each keeps a file of its slot, and whoever is asked adds them up.

A worker takes the first slot that nobody holds, by locking a file, and holds it for as long as it lives; so a worker
that was replaced leaves its slot, with the counts in it, to the next one. Counters go on from there, gauges begin anew.
"""

import fcntl
import logging
import os
from collections.abc import Iterator
from pathlib import Path

from pydantic_core import from_json, to_json

from service.metrics.catalogue import BY_NAME, Series, add

log = logging.getLogger("rollcast")

MAX_SLOTS = 256  # far more than workers


class WorkerFiles:
    """The slot of this worker in a folder that all workers share."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._slot, self._lock = _take_slot(folder)
        self._warned = False
        self._before = {name: values for name, values in _read(self._file).items() if _counts(name)}

    def publish(self, own: Series) -> Series:
        """Write this worker's series to its file, and tell them with those of the slot's earlier workers."""
        series: Series = {}
        add(series, self._before)
        add(series, own)
        rows = [[name, labels, value] for name, values in series.items() for labels, value in values.items()]
        beside = self._file.with_suffix(".new")
        try:
            beside.write_bytes(to_json(rows))
            os.replace(beside, self._file)
        except OSError as error:
            if not self._warned:
                log.warning("metrics can't be shared with the other workers: %s", error)
            self._warned = True
        return series

    def others(self) -> Iterator[Series]:
        """What the other workers published last."""
        for path in sorted(self._folder.glob("slot-*.json")):
            if path != self._file:
                yield _read(path)

    def close(self) -> None:
        """Leave the slot to the next worker."""
        os.close(self._lock)

    @property
    def _file(self) -> Path:
        return self._folder / f"slot-{self._slot}.json"


def _counts(name: str) -> bool:
    return name in BY_NAME and BY_NAME[name].kind != "gauge"


def _read(path: Path) -> Series:
    series: Series = {}
    try:
        rows = from_json(path.read_bytes())
    except (OSError, ValueError):
        return series  # nobody has written it yet
    for name, labels, value in rows:
        series.setdefault(name, {})[tuple(labels)] = value
    return series


def _take_slot(folder: Path) -> tuple[int, int]:
    """The first slot that nobody holds, and the open file that holds it from now on."""
    for slot in range(MAX_SLOTS):
        descriptor = os.open(folder / f"slot-{slot}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
        else:
            return slot, descriptor
    raise OSError(f"{folder} has no free slot among {MAX_SLOTS}")
