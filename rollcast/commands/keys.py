"""`rollcast keys`: who may use the service."""

from datetime import UTC, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from models.errors import RollcastError
from models.text import did_you_mean, printable
from rollcast.console import show_json, show_table, warn
from rollcast.options import JsonOption, setting_option
from service.access import api_keys
from service.access.api_keys import ApiKey, ApiKeys, digest, new_secret
from service.access.key_file import change_keys, read_keys
from service.settings import PREFIX

FileOption = Annotated[Path | None, setting_option("--file", "api_keys_file", "File of API keys.")]
NameArgument = Annotated[str, typer.Argument(help="Whose key it is: lower-case letters, digits and hyphens.")]
_FLAGS = {"name": "NAME", "scopes": "--scope", "rate_per_s": "--rate"}

keys = typer.Typer(
    help="Make, list and revoke API keys; a running service follows within a second.", no_args_is_help=True
)


@keys.command()
def new(
    name: NameArgument,
    scope: Annotated[
        list[str] | None, typer.Option(help="predict or read; may be given twice. [default: both]")
    ] = None,
    days: Annotated[
        float | None, typer.Option(min=0, max=36_500, help="After how many days it expires. [default: never]")
    ] = None,
    rate: Annotated[
        float | None, typer.Option(help=f"Requests a second of each worker. [default: {PREFIX}KEY_RATE_PER_S]")
    ] = None,
    as_json: JsonOption = False,
    file: FileOption = None,
) -> None:
    """Make a key and print it, this once: the file keeps only its SHA-256."""
    path = _named(file)
    secret = new_secret()
    key = _checked(
        name=name,
        sha256=digest(secret.encode()).hex(),
        scopes=list(dict.fromkeys(scope or ("predict", "read"))),
        expires_at=None if days is None else api_keys.utc_now().replace(microsecond=0) + timedelta(days=days),
        rate_per_s=rate,
    )

    def add(there: ApiKeys) -> ApiKeys:
        if any(each.name == name for each in there.keys):
            raise RollcastError(f"{path} has a key named {name}; revoke it first, or choose another name, as {name}-2")
        return ApiKeys(keys=(*there.keys, key))

    change_keys(path, add)
    if as_json:
        show_json({**_kept(key), "secret": secret})
        return
    typer.echo(secret)


@keys.command("list")
def list_keys(as_json: JsonOption = False, file: FileOption = None) -> None:
    """List what is kept of every key."""
    path = _named(file)
    _, there = read_keys(path)
    now = api_keys.utc_now()
    if as_json:
        show_json({"keys": [{**_kept(key), "expired": key.expired(now)} for key in there.keys]})
        return
    if not there.keys:
        typer.echo(f"{path} holds no key; make one: rollcast keys new NAME")
        return
    rows = [[key.name, ", ".join(key.scopes), _expiry(key, expired=key.expired(now)), _rate(key)] for key in there.keys]
    show_table(["name", "scopes", "expires", "rate per s"], rows)


@keys.command()
def revoke(name: NameArgument, as_json: JsonOption = False, file: FileOption = None) -> None:
    """Remove a key: within a second it opens nothing any more."""
    path = _named(file)
    read_keys(path)  # a file that is not there has nothing to revoke

    def remove(there: ApiKeys) -> ApiKeys:
        left = tuple(key for key in there.keys if key.name != name)
        if len(left) == len(there.keys):
            hint = did_you_mean(name, [key.name for key in there.keys])
            raise RollcastError(f"{path} has no key named {printable(name)}{hint}")
        if not left:
            warn("that was the last key: nobody can use the service now")
        return ApiKeys(keys=left)

    change_keys(path, remove)
    if as_json:
        show_json({"revoked": name})
        return
    typer.echo(f"revoked {name}")


def _named(file: Path | None) -> Path:
    if file is None:
        raise RollcastError(f"name the file of API keys: --file or {PREFIX}API_KEYS_FILE")
    return file


def _checked(**fields: object) -> ApiKey:
    try:
        return ApiKey.model_validate(fields)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        flag = _FLAGS[str(first["loc"][0])]
        raise RollcastError(f"{flag}: {first['msg']}, not {printable(repr(first['input']))}") from error


def _kept(key: ApiKey) -> dict[str, Any]:
    """What is kept of a key and may be shown."""
    return key.model_dump(include={"name", "scopes", "expires_at", "rate_per_s"})


def _expiry(key: ApiKey, *, expired: bool) -> str:
    if key.expires_at is None:
        return ""
    return f"{key.expires_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC{' (EXPIRED)' if expired else ''}"


def _rate(key: ApiKey) -> str:
    return "" if key.rate_per_s is None else f"{key.rate_per_s:g}"
