"""What several subcommands take: a model's name, and the registry."""

from pathlib import Path
from typing import Annotated

import typer

from models.registry.registry import Registry
from service.settings import PREFIX, Settings

RegistryOption = Annotated[
    Path | None,
    # The variable is read here, for the service's other settings, right or wrong, are none of these commands' business.
    typer.Option(
        "--registry",
        envvar=f"{PREFIX}REGISTRY",
        show_envvar=False,
        help=f"Folder of the models registry. [{PREFIX}REGISTRY]",
    ),
]
NameArgument = Annotated[str, typer.Argument(help="A name, or name@version, or name@alias.")]


def open_registry(path: Path | None) -> Registry:
    """The registry of the flag or the variable, else the default."""
    return Registry.at(path or Settings.model_fields["registry"].default)
