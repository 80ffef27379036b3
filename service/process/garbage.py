"""Python's search for garbage in cycles, kept off what stays for good."""

import gc

# New objects, less those that went, after which the youngest are searched. Python's own 700 are fewer than the requests
# of one turn of the event loop make: the search would go over live requests, again and again.
SEARCH_AFTER = 20_000


def search_less() -> None:
    """Take all that is there out of every later search; those that come are searched less often.

    Called once the models are loaded: a full search over these objects takes some 20 ms, in which nothing is answered.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(SEARCH_AFTER)
