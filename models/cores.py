"""How many cores this process may use."""

import os


def usable_cores() -> int:
    """The cores that this process may run on; all of the machine's where the system does not tell (macOS, Windows)."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1
