"""What a name's references mean, case by case."""

import pytest

from models.registry.listing import Entry
from service.lifecycle.meanings import Meanings, meanings, wanted

CASES: dict[str, tuple[Entry, Meanings, set[int], set[int], Meanings]] = {
    "at first, what the registry says": (Entry((1, 2)), {}, set(), set(), {None: 2}),
    "the champion, for the bare name as well": (
        Entry((1, 2), {"champion": 1, "canary": 2}),
        {},
        set(),
        set(),
        {"champion": 1, "canary": 2, None: 1},
    ),
    "the old one until the new one is open": (Entry((1, 2)), {None: 1}, {1}, set(), {None: 1}),
    "the new one once it is open": (Entry((1, 2)), {None: 1}, {1, 2}, set(), {None: 2}),
    "the old one while the new one is refused": (Entry((1, 2)), {None: 1}, {1}, {2}, {None: 1}),
    "though the old one is closed": (Entry((1, 2)), {None: 1}, set(), {2}, {None: 1}),
    "the new one at once where the old one is closed": (Entry((1, 2)), {None: 1}, set(), set(), {None: 2}),
    "at first, the newest that was not refused": (Entry((1, 2, 3)), {}, set(), {3}, {None: 2}),
    "the newest where all were": (Entry((1, 2)), {}, set(), {1, 2}, {None: 2}),
    "the champion, though it was": (Entry((1, 2), {"champion": 2}), {}, set(), {2}, {"champion": 2, None: 2}),
    "the old one where the new one is not there": (
        Entry((1,), {"champion": 7}),
        {None: 1, "champion": 1},
        {1},
        set(),
        {None: 1, "champion": 1},
    ),
    "nothing where neither is there": (Entry((3,), {"champion": 7}), {None: 1, "champion": 1}, {1}, set(), {}),
    "nothing for an alias that is gone": (Entry((1,)), {None: 1, "canary": 1}, {1}, set(), {None: 1}),
    "what was, where that can't be read": (
        Entry((1, 2), problem="?"),
        {None: 1, "a": 2},
        {1},
        set(),
        {None: 1, "a": 2},
    ),
    "nothing, where they never could": (Entry((1, 2), problem="?"), {}, {1}, set(), {}),
}


@pytest.mark.parametrize("case", CASES)
def test_what_references_mean(case: str) -> None:
    entry, proven, opened, refused, expected = CASES[case]
    assert meanings(entry, proven, opened, refused) == expected


@pytest.mark.parametrize("entry", [Entry(()), Entry((1,), problem="its aliases can't be read")])
def test_nothing_is_wanted_where_that_is_not_known(entry: Entry) -> None:
    nothing: Meanings = {}
    assert wanted(entry) == nothing
