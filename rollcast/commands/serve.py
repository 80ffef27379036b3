"""`rollcast serve`: the service, its settings from flags over variables over defaults."""

from pathlib import Path
from typing import Annotated

import typer

from models.registry.registry import Registry
from rollcast.options import read_settings
from service.access.key_file import read_keys
from service.server import serve as run
from service.settings import PREFIX, Settings


def _help(name: str) -> str:
    field = Settings.model_fields[name]
    default = "none" if field.default in (None, "") else field.default
    return f"{field.description} [{PREFIX}{name.upper()}; default: {default}]"


def serve(
    host: Annotated[str | None, typer.Option(help=_help("host"))] = None,
    port: Annotated[int | None, typer.Option(help=_help("port"))] = None,
    workers: Annotated[int | None, typer.Option(help=_help("workers"))] = None,
    registry: Annotated[Path | None, typer.Option(help=_help("registry"))] = None,
    preload: Annotated[int | None, typer.Option(help=_help("preload"))] = None,
    api_keys_file: Annotated[Path | None, typer.Option(help=_help("api_keys_file"))] = None,
    ssl_certfile: Annotated[Path | None, typer.Option(help=_help("ssl_certfile"))] = None,
    ssl_keyfile: Annotated[Path | None, typer.Option(help=_help("ssl_keyfile"))] = None,
    cors_origins: Annotated[str | None, typer.Option(help=_help("cors_origins"))] = None,
    docs: Annotated[bool | None, typer.Option(help=_help("docs"))] = None,
    page: Annotated[bool | None, typer.Option(help=_help("page"))] = None,
    metrics: Annotated[bool | None, typer.Option(help=_help("metrics"))] = None,
) -> None:
    """Serve the registry's models over HTTP; /docs says how to ask for forecasts."""
    settings = read_settings(
        host=host,
        port=port,
        workers=workers,
        registry=registry,
        preload=preload,
        api_keys_file=api_keys_file,
        ssl_certfile=ssl_certfile,
        ssl_keyfile=ssl_keyfile,
        cors_origins=cors_origins,
        docs=docs,
        page=page,
        metrics=metrics,
    )
    Registry.at(settings.registry).names()  # one that can't be listed is told here, not by each worker as it dies
    if settings.api_keys_file is not None:
        read_keys(settings.api_keys_file)  # likewise
    run(settings)
