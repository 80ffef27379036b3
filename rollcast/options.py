"""What several subcommands take: a model's name, and the registry."""

from pathlib import Path
from typing import Annotated, Any

import typer

from models.errors import RegistryError
from models.registry.registry import Registry
from service.settings import PREFIX, Settings


def setting_option(flag: str, setting: str, what: str) -> Any:
    """A flag for one setting of the service, which its variable may give as well.

    The variable is read here, for the other settings, right or wrong, are none of these commands' business.
    """
    variable = f"{PREFIX}{setting.upper()}"
    return typer.Option(flag, envvar=variable, show_envvar=False, help=f"{what} [{variable}]")


RegistryOption = Annotated[Path | None, setting_option("--registry", "registry", "Folder of the models registry.")]
NameArgument = Annotated[str, typer.Argument(help="A name, or name@version, or name@alias.")]


def open_registry(path: Path | None, *, must_exist: bool = False) -> Registry:
    """The registry of the flag or the variable, else the default.

    Raises RegistryError where its folder must exist, as for looking into it, and does not.
    """
    location: Path = path or Settings.model_fields["registry"].default
    if must_exist and not location.exists():
        raise RegistryError(f"there is no registry at {location}; name its folder with --registry")
    return Registry.at(location)
