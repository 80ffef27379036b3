"""What a look makes of what was known."""

from pathlib import Path

import pytest

from models.errors import RefusedVersion
from models.registry.listing import Entry
from models.registry.registry import Registry
from service.lifecycle.looks import lists, look, looked_into
from service.lifecycle.snapshot import Snapshot

NAMES = dict.fromkeys(["a", "b", "c"])


def test_a_name_whose_folder_holds_nothing_is_none() -> None:
    now = looked_into(Snapshot(), NAMES, {"b": Entry((1,)), "a": Entry(())})
    assert list(now.names) == ["b", "c"]
    assert now.listing == {"b": Entry((1,))}


def test_what_is_known_of_names_that_are_gone_goes_with_them() -> None:
    before = looked_into(Snapshot(), NAMES, {"a": Entry((1,)), "b": Entry((2,))})
    assert looked_into(before, dict.fromkeys(["b"]), before.listing).listing == {"b": Entry((2,))}


def test_of_what_can_not_be_read_whole_the_rest_is_as_it_was() -> None:
    before = looked_into(Snapshot(), NAMES, {"a": Entry((1, 2), {"champion": 1})})
    now = looked_into(before, NAMES, {"a": Entry((), problem="a can't be listed")})
    assert now.listing == {"a": Entry((1, 2), {"champion": 1}, "a can't be listed")}


def test_whether_a_version_is_there() -> None:
    listing = {"a": Entry((1, 3))}
    assert [lists(listing, key) for key in (("a", 3), ("a", 2), ("b", 1))] == [True, False, False]


def test_a_folder_that_is_gone_is_told_apart_from_a_registry_that_is(tmp_path: Path) -> None:
    registry = Registry.at(tmp_path / "registry")
    with pytest.raises(RefusedVersion, match="a can't be looked up: the registry is empty or not there"):
        look(registry, ["a"])
    (tmp_path / "registry" / "b").mkdir(parents=True)
    assert look(registry, ["a"]) == {"a": Entry(())}
