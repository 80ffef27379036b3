"""Giving memory back to the system after many answers were thrown away."""

import ctypes


def give_back() -> None:
    """Return what the C library keeps of freed memory, where it has a way to (glibc, `malloc_trim`).

    It keeps what lies between other things for the next use; a client that reads nothing could so leave its mark for
    as long as the process runs.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
