"""`rollcast serve`: the service, its settings from flags over variables over defaults."""

from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from models.errors import RollcastError
from service.server import serve as run
from service.settings import PREFIX, Settings


def _help(name: str) -> str:
    field = Settings.model_fields[name]
    return f"{field.description} [{PREFIX}{name.upper()}; default: {field.default}]"


def serve(
    host: Annotated[str | None, typer.Option(help=_help("host"))] = None,
    port: Annotated[int | None, typer.Option(help=_help("port"))] = None,
    workers: Annotated[int | None, typer.Option(help=_help("workers"))] = None,
    registry: Annotated[Path | None, typer.Option(help=_help("registry"))] = None,
) -> None:
    """Serve the registry's models over HTTP; /docs says how to ask for forecasts."""
    flags = {"host": host, "port": port, "workers": workers, "registry": registry}
    run(settings_from(**{name: value for name, value in flags.items() if value is not None}))


def settings_from(**flags: object) -> Settings:
    """The settings, flags over variables. Raises RollcastError naming the first that is not valid."""
    try:
        return Settings(**flags)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = str(first["loc"][0])
        raise RollcastError(
            f"--{name.replace('_', '-')} or {PREFIX}{name.upper()}: {first['msg']}, not {first['input']!r}"
        ) from error
