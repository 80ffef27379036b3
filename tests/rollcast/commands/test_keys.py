"""`rollcast keys`: making keys, listing and revoking them."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest

from service.access.api_keys import digest, utc_now
from service.access.key_file import read_keys
from tests.rollcast.conftest import Command
from tests.support.keys import key_record, write_keys


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "keys.json"


def test_a_key_is_printed_once_and_only_its_hash_is_kept(rollcast: Command, file: Path) -> None:
    result = rollcast("keys", "new", "ci", "--file", file)
    assert result.status == 0
    secret = result.out.strip()
    assert result.out == secret + "\n"
    [key] = read_keys(file)[1].keys
    assert bytes.fromhex(key.sha256) == digest(secret.encode())
    assert secret not in file.read_text()
    assert (key.name, tuple(key.scopes), key.expires_at, key.rate_per_s) == ("ci", ("predict", "read"), None, None)


def test_a_key_has_what_its_flags_say(rollcast: Command, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROLLCAST_API_KEYS_FILE", str(file))
    assert rollcast("keys", "new", "ci", "--scope", "predict", "--days", "30", "--rate", "2.5").status == 0
    [key] = read_keys(file)[1].keys
    assert (tuple(key.scopes), key.rate_per_s) == (("predict",), 2.5)
    assert key.expires_at is not None
    assert abs(key.expires_at - utc_now() - timedelta(days=30)) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["CI"], "error: NAME: String should match pattern"),
        (["ci", "--scope", "admin"], "error: --scope: Input should be 'predict' or 'read', not 'admin'\n"),
        (["ci", "--rate", "0"], "error: --rate: Input should be greater than 0, not 0.0\n"),
        (["old"], "has a key named old; revoke it first, or choose another name, as old-2\n"),
    ],
)
def test_what_makes_no_key_leaves_the_file_as_it_was(
    rollcast: Command, file: Path, flags: list[str], message: str
) -> None:
    before = write_keys(file, key_record("old")).read_bytes()
    result = rollcast("keys", "new", *flags, "--file", file)
    assert (result.status, result.out) == (1, "")
    assert message in result.err
    assert file.read_bytes() == before


def test_keys_are_listed_without_what_is_secret(rollcast: Command, file: Path) -> None:
    write_keys(
        file,
        key_record("ci", "read", "predict", rate_per_s=2.5),
        key_record("gone", "read", expires_at="2020-01-01T00:00:00Z"),
        key_record("new", "read", expires_at="2999-01-01T10:00:00+10:00"),
    )
    lines = rollcast("keys", "list", "--file", file).out.splitlines()
    assert [re.split(r"  +", line.strip()) for line in lines] == [
        ["name", "scopes", "expires", "rate per s"],
        ["ci", "read, predict", "2.5"],
        ["gone", "read", "2020-01-01 00:00 UTC (EXPIRED)"],
        ["new", "read", "2999-01-01 00:00 UTC"],
    ]


def test_a_revoked_key_is_gone_and_the_last_one_is_warned_of(rollcast: Command, file: Path) -> None:
    write_keys(file, key_record("a"), key_record("b"))
    assert rollcast("keys", "revoke", "a", "--file", file) == (0, "revoked a\n", "")
    last = rollcast("keys", "revoke", "b", "--file", file)
    assert last == (0, "revoked b\n", "warning: that was the last key: nobody can use the service now\n")
    assert "holds no key; make one" in rollcast("keys", "list", "--file", file).out


def test_a_name_that_no_key_has_is_not_revoked(rollcast: Command, file: Path) -> None:
    write_keys(file, key_record("dashboard"))
    result = rollcast("keys", "revoke", "dashbord", "--file", file)
    assert result == (1, "", f"error: {file} has no key named dashbord; did you mean dashboard?\n")


def test_a_file_must_be_named_and_for_most_be_there(rollcast: Command, file: Path) -> None:
    assert rollcast("keys", "list").err == "error: name the file of API keys: --file or ROLLCAST_API_KEYS_FILE\n"
    for arguments in (["list"], ["revoke", "a"]):
        assert "is not there; make it with" in rollcast("keys", *arguments, "--file", file).err
    assert not file.exists()


def test_json_tells_what_is_kept_and_of_a_new_key_its_secret(rollcast: Command, file: Path) -> None:
    made = json.loads(rollcast("keys", "new", "ci", "--scope", "read", "--rate", "2.5", "--json", "--file", file).out)
    [key] = read_keys(file)[1].keys
    assert bytes.fromhex(key.sha256) == digest(made.pop("secret").encode())
    assert made == {"name": "ci", "scopes": ["read"], "expires_at": None, "rate_per_s": 2.5}
    listed = json.loads(rollcast("keys", "list", "--json", "--file", file).out)
    assert listed == {"keys": [{**made, "expired": False}]}
    assert json.loads(rollcast("keys", "revoke", "ci", "--json", "--file", file).out) == {"revoked": "ci"}
    assert json.loads(rollcast("keys", "list", "--json", "--file", file).out) == {"keys": []}
