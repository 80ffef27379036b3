"""The manifest's one form and its hash."""

import hashlib

import pytest

from models.spec.manifest_seal import digest, is_sealed, sealed

DOCUMENT = {"name": "é", "a": 1e-7, "b": [1, 2.0]}


def test_the_hash_is_that_of_the_canonical_json_without_it() -> None:
    expected = hashlib.sha256('{"a":1e-07,"b":[1,2.0],"name":"é"}'.encode()).hexdigest()
    assert digest(DOCUMENT) == digest({**DOCUMENT, "sha256": "old"}) == expected


def test_the_file_has_a_line_for_each_value_and_the_hash_last() -> None:
    lines = sealed({"sha256": "old", **DOCUMENT}).decode().splitlines()
    assert lines[:3] == ["{", ' "name": "é",', ' "a": 1e-07,']
    assert lines[-2:] == [f' "sha256": "{digest(DOCUMENT)}"', "}"]


def test_what_was_sealed_is_sealed() -> None:
    assert is_sealed(sealed(DOCUMENT))


@pytest.mark.parametrize(
    "change",
    [(b"1e-07", b"1e-7"), (b" [", b"["), (b"2.0", b"2"), (b"}\n", b"}"), (b"1,", b"3,"), (b'"a": 1e-07,', b"")],
)
def test_another_form_or_another_value_is_not_sealed(change: tuple[bytes, bytes]) -> None:
    content = sealed(DOCUMENT)
    assert change[0] in content
    assert not is_sealed(content.replace(*change))


@pytest.mark.parametrize("content", [b"", b"{", b"[" * 100_000, b"\xff"])
def test_what_is_no_json_is_not_sealed(content: bytes) -> None:
    assert not is_sealed(content)
