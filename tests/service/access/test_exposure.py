"""What is looked at before others can reach the service."""

import subprocess
from pathlib import Path

import pytest

from models.errors import RollcastError
from service.access.exposure import check_certificate, everybody_gets_in
from service.settings import Settings
from tests.support.certificate import needs_openssl, self_signed


@pytest.mark.parametrize(
    ("host", "keys", "open_to_all"),
    [
        ("127.0.0.1", None, False),
        ("127.8.8.8", None, False),
        ("::1", None, False),
        ("localhost", None, False),
        ("0.0.0.0", None, True),
        ("::", None, True),
        ("192.0.2.1", None, True),
        ("example.org", None, True),
        ("0.0.0.0", Path("keys.json"), False),
    ],
)
def test_everybody_gets_in_where_others_reach_it_and_no_key_is_asked_for(
    host: str, keys: Path | None, open_to_all: bool
) -> None:
    assert everybody_gets_in(Settings(host=host, api_keys_file=keys)) is open_to_all


@needs_openssl
def test_a_certificate_that_works_is_let_pass(tmp_path: Path) -> None:
    certificate, key = self_signed(tmp_path)
    check_certificate(Settings())
    check_certificate(Settings(ssl_certfile=certificate, ssl_keyfile=key))
    both = tmp_path / "both.pem"
    both.write_text(certificate.read_text() + key.read_text())
    check_certificate(Settings(ssl_certfile=both))


@needs_openssl
def test_a_certificate_that_can_not_be_used_is_told(tmp_path: Path) -> None:
    certificate, key = self_signed(tmp_path)
    (tmp_path / "other").mkdir()
    _, other = self_signed(tmp_path / "other")
    for settings, reason in (
        (Settings(ssl_certfile=tmp_path / "missing.pem"), "No such file"),
        (Settings(ssl_certfile=certificate), "can't be used for TLS"),
        (Settings(ssl_certfile=certificate, ssl_keyfile=other), "can't be used for TLS"),
        (Settings(ssl_certfile=key, ssl_keyfile=key), "can't be used for TLS"),
        (Settings(ssl_keyfile=key), "name it with --ssl-certfile"),
    ):
        with pytest.raises(RollcastError, match=reason):
            check_certificate(settings)


@needs_openssl
def test_a_key_with_a_password_is_opened_with_it_and_nobody_is_asked(tmp_path: Path) -> None:
    certificate, key = self_signed(tmp_path)
    locked = tmp_path / "locked.pem"
    command = ["openssl", "pkey", "-in", str(key), "-aes256", "-passout", "pass:swordfish", "-out", str(locked)]
    subprocess.run(command, check=True, capture_output=True, timeout=30)
    check_certificate(Settings(ssl_certfile=certificate, ssl_keyfile=locked, ssl_keyfile_password="swordfish"))
    for password in ("cod", None):
        with pytest.raises(RollcastError, match="can't be used for TLS") as caught:
            check_certificate(Settings(ssl_certfile=certificate, ssl_keyfile=locked, ssl_keyfile_password=password))
        assert "cod" not in str(caught.value)


def test_the_password_is_not_shown_with_the_settings() -> None:
    assert "swordfish" not in repr(Settings(ssl_keyfile_password="swordfish"))
