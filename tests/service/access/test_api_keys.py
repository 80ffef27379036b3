"""API keys: what is kept of one, and which files of them are refused."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from service.access.api_keys import ApiKey, ApiKeys, digest, new_secret

SHA256_OF_ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
RECORD: dict[str, Any] = {"name": "ci", "sha256": SHA256_OF_ABC, "scopes": ["read"]}


def test_a_new_key_is_256_random_bits_behind_a_prefix() -> None:
    made = {new_secret() for _ in range(100)}
    assert len(made) == 100
    for secret in made:
        assert re.fullmatch(r"rollcast_[A-Za-z0-9_-]{43}", secret)


def test_a_key_is_found_by_the_hash_of_its_secret_alone() -> None:
    keys = ApiKeys(keys=(ApiKey(**RECORD),)).by_digest()
    assert keys[digest(b"abc")].name == "ci"
    for other in (b"", b"ABC", b"abcd", b"ab\xff", SHA256_OF_ABC.encode(), bytes.fromhex(SHA256_OF_ABC)):
        assert keys.get(digest(other)) is None


def test_a_key_expires_at_its_time_and_not_before() -> None:
    end = datetime(2026, 1, 1, 10, tzinfo=UTC)
    key = ApiKey(**RECORD, expires_at=end)
    assert [key.expired(end + timedelta(seconds=late)) for late in (-1, 0, 1)] == [False, True, True]
    assert not ApiKey(**RECORD).expired(end)


@pytest.mark.parametrize(
    "change",
    [
        {"name": "CI"},
        {"name": "a\nb"},
        {"name": "ci\n"},
        {"name": ""},
        {"sha256": SHA256_OF_ABC[1:]},
        {"sha256": SHA256_OF_ABC.upper()},
        {"scopes": []},
        {"scopes": ["admin"]},
        {"expires_at": "2026-01-01T00:00:00"},
        {"rate_per_s": 0},
        {"rate_per_s": float("inf")},
        {"secret": "abc"},
    ],
)
def test_a_record_that_is_not_of_a_key_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ApiKey.model_validate(RECORD | change)


@pytest.mark.parametrize("change", [{"name": "other"}, {"sha256": "0" * 64}])
def test_two_keys_that_can_not_be_told_apart_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="two keys have the"):
        ApiKeys.model_validate({"keys": [RECORD, RECORD | change]})
