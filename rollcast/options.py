"""What several subcommands take: a model's name, the registry, how to read a file, and the service's settings."""

from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from models.errors import RegistryError, RollcastError
from models.registry.registry import Registry
from models.text import printable
from rollcast.completion import references
from service.settings import PREFIX, Settings


def setting_option(flag: str, setting: str, what: str) -> Any:
    """A flag for one setting of the service, which its variable may give as well.

    The variable is read here, for the other settings, right or wrong, are none of these commands' business.
    """
    variable = f"{PREFIX}{setting.upper()}"
    return typer.Option(flag, envvar=variable, show_envvar=False, help=f"{what} [{variable}]")


RegistryOption = Annotated[Path | None, setting_option("--registry", "registry", "Folder of the models registry.")]
NameArgument = Annotated[str, typer.Argument(help="A name, or name@version, or name@alias.", autocompletion=references)]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
NewerCsvOption = Annotated[
    str, typer.Option("--csv", help="CSV or Parquet file that goes on where the model's training ended.")
]
ColumnOption = Annotated[
    list[str] | None,
    typer.Option("--column", help="The file's column for each feature, where named otherwise there."),
]
IdOption = Annotated[
    str | None, typer.Option("--id", help='The file\'s column that tells series apart; "" where it holds one.')
]
TimeOption = Annotated[
    str | None, typer.Option("--time", help="The file's column of each row's time; \"\" where it has none.")
]
CompareOption = Annotated[
    bool,
    typer.Option(
        "--compare",
        help="Show the errors of statsforecast's AutoTheta, AutoETS and MSTL from some of the same origins as well. "
        "Takes minutes more.",
    ),
]


def reading_values(csv: str | None, column: list[str] | None, id_: str | None, time: str | None) -> dict[str, object]:
    """The values of a recipe that say how to read a file: those that were given; "" puts a column aside."""
    values: dict[str, object] = {key: value for key, value in (("csv", csv), ("column", column)) if value is not None}
    return values | {key: value or None for key, value in (("id", id_), ("time", time)) if value is not None}


def open_registry(path: Path | None, *, must_exist: bool = False) -> Registry:
    """The registry of the flag or the variable, else the default.

    Raises RegistryError where its folder must exist, as for looking into it, and does not.
    """
    location: Path = path or Settings.model_fields["registry"].default
    if must_exist and not location.exists():
        raise RegistryError(f"there is no registry at {location}; name its folder with --registry")
    return Registry.at(location)


def read_settings(**flags: object) -> Settings:
    """The service's settings, flags that are not None over variables. Raises RollcastError naming one not valid."""
    try:
        return Settings(**{name: value for name, value in flags.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name, message = str(first["loc"][0]), first["msg"].removeprefix("Value error, ")
        flag = f"--{name.replace('_', '-')} or " if name in flags else ""
        raise RollcastError(
            f"{flag}{PREFIX}{name.upper()}: {message}, not {printable(repr(first['input']))}"
        ) from error
