"""Which models are opened before anybody asks for one."""

from collections.abc import Sequence
from itertools import islice

from models.registry.registry import Registry

# Where nobody has promoted anything, so many are opened before the service is ready: they take some milliseconds each.
HANDFUL = 4


def preloaded_names(registry: Registry, names: Sequence[str], most: int) -> tuple[list[str], list[str]]:
    """The names that are opened before the service is ready, and those after it; of all no more than `most`.

    The first are those that have aliases, which somebody has promoted; where none has, the first few.
    """
    first = list(islice(filter(registry.has_aliases, names), most)) or list(names[: min(HANDFUL, most)])
    others = (name for name in names if name not in set(first))
    return first, list(islice(others, most - len(first)))
