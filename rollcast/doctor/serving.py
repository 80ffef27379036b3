"""Looking at what the service would find when it starts: its port, its keys, its certificate, its page."""

import stat
from collections.abc import Iterator
from pathlib import Path

from models.errors import RollcastError
from models.text import counted, printable
from rollcast.doctor.check import Check
from rollcast.doctor.port_holder import holder_of
from service.access.api_keys import utc_now
from service.access.exposure import check_certificate, everybody_gets_in
from service.access.key_file import read_keys
from service.process import listeners
from service.settings import Settings


def serving_checks(settings: Settings) -> Iterator[Check]:
    """Each of them as `rollcast serve` would find it with these settings."""
    yield _port_check(settings)
    yield _keys_check(settings)
    if settings.ssl_certfile is not None or settings.ssl_keyfile is not None:
        yield _certificate_check(settings)
    yield _page_check()


def _port_check(settings: Settings) -> Check:
    address = f"{settings.host}:{settings.port}"
    try:
        for each in listeners.bind(settings.host, settings.port):
            each.close()
    except RollcastError as error:
        holder = holder_of(settings.port)
        if holder is None:
            return Check("port", "problem", str(error))
        found = f"{address} is held by process {holder.pid} ({printable(holder.command)})"
        advice = "stop it, or choose another with --port or ROLLCAST_PORT"
        # It may well be the service that is looked after here.
        return Check("port", "warning" if "rollcast" in holder.command else "problem", found, advice)
    return Check("port", "good", f"{address} is free")


def _keys_check(settings: Settings) -> Check:
    path = settings.api_keys_file
    if path is None:
        if everybody_gets_in(settings):
            advice = "make keys with rollcast keys new, and name their file by ROLLCAST_API_KEYS_FILE"
            return Check("keys", "warning", f"without them everybody who reaches {settings.host} gets in", advice)
        return Check("keys", "good", f"none are asked for, and only this machine reaches {settings.host}")
    try:
        _, there = read_keys(path)
    except RollcastError as error:
        return Check("keys", "problem", str(error))
    now = utc_now()
    expired = sum(key.expired(now) for key in there.keys)
    found = f"{path} holds {counted(len(there.keys), 'key')}{f', {expired} expired' if expired else ''}"
    if expired == len(there.keys):
        return Check("keys", "warning", f"{found}, so nobody gets in", f"rollcast keys new NAME --file {path}")
    if others := _open_to_others(path):
        return Check("keys", "warning", f"{found}, and {others} may read or change it", f"chmod 600 {path}")
    return Check("keys", "good", found)


def _open_to_others(path: Path) -> str:
    """Who besides its owner may read or change a file; nobody is the empty text."""
    mode = path.stat().st_mode
    who = [("its group", stat.S_IRWXG), ("everybody", stat.S_IRWXO)]
    return " and ".join(name for name, bits in who if mode & bits)


def _certificate_check(settings: Settings) -> Check:
    try:
        check_certificate(settings)
    except RollcastError as error:
        return Check("certificate", "problem", str(error))
    return Check("certificate", "good", f"{settings.ssl_certfile} can be used for TLS")


def _page_check() -> Check:
    from service.routes.page import BUILT  # which loads FastAPI

    if (BUILT / "index.html").is_file():
        return Check("page", "good", "it is built")
    return Check("page", "warning", "it was not built when rollcast was installed", "run make page in a checkout")
