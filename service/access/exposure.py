"""What to look at before others can reach the service: that its certificate works, and whether everybody gets in."""

import ipaddress
import ssl

from models.errors import RollcastError
from service.settings import Settings


def check_certificate(settings: Settings) -> None:
    """Raise RollcastError where TLS is asked for and its certificate or key can't be used."""
    certificate, key = settings.ssl_certfile, settings.ssl_keyfile
    if certificate is None:
        if key is not None:
            raise RollcastError(f"a key for TLS came without a certificate: name it with --ssl-certfile, beside {key}")
        return

    def password() -> str:
        # Without this, a key that needs one would be asked for on the terminal.
        return settings.ssl_keyfile_password or ""

    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password)
    except OSError as error:  # ssl.SSLError is one
        raise RollcastError(
            f"the certificate {certificate}{f' with the key {key}' if key else ''} can't be used for TLS: "
            f"{error.strerror or error}"
        ) from error


def everybody_gets_in(settings: Settings) -> bool:
    """Whether other machines can reach the service and nothing asks who they are."""
    return settings.api_keys_file is None and not _is_loopback(settings.host)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
