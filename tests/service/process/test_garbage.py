"""What is there once the service has started is not searched for garbage again."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from service.process.garbage import SEARCH_AFTER, no_search, search_less, search_nothing


class Node:
    """May be part of a cycle."""

    def __init__(self) -> None:
        self.other: Node | None = None


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.enable()
    gc.set_threshold(*before)


def cycle() -> weakref.ref[Node]:
    node = Node()
    node.other = node
    return weakref.ref(node)


def test_what_is_there_stays_and_is_not_searched() -> None:
    kept = Node()
    search_less()
    assert gc.get_freeze_count() > 0
    assert not any(each is kept for each in gc.get_objects())  # no search looks at it
    assert gc.get_threshold()[0] == SEARCH_AFTER


def test_garbage_that_comes_later_is_found() -> None:
    search_less()
    later = cycle()
    many = [Node() for _ in range(2 * SEARCH_AFTER)]
    assert later() is None, len(many)


def test_nothing_is_searched_while_a_process_starts() -> None:
    search_nothing()
    garbage = cycle()
    many = [Node() for _ in range(2 * gc.get_threshold()[0])]
    assert garbage() is not None, len(many)
    search_less()
    assert gc.isenabled()


def test_nothing_is_searched_while_modules_are_loaded() -> None:
    with no_search():
        assert not gc.isenabled()
    assert gc.isenabled()
