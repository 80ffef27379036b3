"""Python's search for garbage in cycles, kept off what stays for good."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

# New objects, less those that went, after which the youngest are searched. Python's own 700 are fewer than the requests
# of one turn of the event loop make: the search would go over live requests, again and again.
SEARCH_AFTER = 20_000


def search_nothing() -> None:
    """Search no more until `search_less`, while a process starts.

    Next to nothing of what it makes then is garbage, and searching it takes a tenth of that time.
    """
    gc.disable()


def search_less() -> None:
    """Take all that is there out of every later search; those that come are searched less often.

    Called once the champions are loaded: a full search over these objects takes some 30 ms, in which nothing is
    answered. What little of them is garbage stays.
    """
    gc.freeze()
    gc.set_threshold(SEARCH_AFTER)
    gc.enable()


@contextmanager
def no_search() -> Iterator[None]:
    """Search nothing while modules are loaded."""
    search_nothing()
    try:
        yield
    finally:
        gc.enable()
