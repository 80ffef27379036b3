"""What a reference means in a listing; tests/models/registry/test_registry.py has the plain cases."""

import pytest

from models.errors import RefusedVersion, UnknownModel
from models.references import parse_reference
from models.registry.listing import Entry, resolve

DAMAGED = {
    "aliases": Entry((1, 3), problem="aliases/aliases.json can't be read: it is a link"),
    "folder": Entry((), problem="folder can't be listed: Permission denied"),
}


@pytest.mark.parametrize(
    ("entry", "version"),
    [
        (Entry((1, 3, 10)), 10),
        (Entry((1, 3, 10), {"canary": 1}), 10),
        (Entry((1, 3, 10), {"canary": 10, "champion": 1}), 1),
        (Entry((2,), {"champion": 7}), 7),
    ],
)
def test_the_default_is_the_champion_even_if_it_has_gone_and_else_the_newest(entry: Entry, version: int) -> None:
    assert entry.default == version


def test_an_alias_means_its_version_whatever_the_champion_is() -> None:
    listing = {"sine": Entry((1, 3, 10), {"canary": 1, "champion": 3})}
    assert resolve(listing, parse_reference("sine@canary")) == ("sine", 1)


@pytest.mark.parametrize("reference", ["aliases", "aliases@champion", "folder", "folder@champion", "folder@1"])
def test_what_takes_something_that_can_not_be_read_is_refused_with_the_reason(reference: str) -> None:
    name = reference.partition("@")[0]
    with pytest.raises(RefusedVersion) as caught:
        resolve(DAMAGED, parse_reference(reference))
    assert str(caught.value) == f"{reference} can't be resolved: {DAMAGED[name].problem}"


def test_an_exact_version_needs_no_aliases() -> None:
    assert resolve(DAMAGED, parse_reference("aliases@3")) == ("aliases", 3)
    with pytest.raises(UnknownModel, match=r"^aliases has no version 2; its newest are 1, 3$"):
        resolve(DAMAGED, parse_reference("aliases@2"))


def test_of_many_versions_the_newest_five_are_named() -> None:
    listing = {"sine": Entry(tuple(range(1, 13)), {"old": 99})}
    with pytest.raises(UnknownModel, match=r"^sine has no version 13; its newest are 8, 9, 10, 11, 12$"):
        resolve(listing, parse_reference("sine@13"))
    with pytest.raises(UnknownModel, match=r"as in sine@12, or promote one: the newest are 8, 9, 10, 11, 12$"):
        resolve(listing, parse_reference("sine@old"))
