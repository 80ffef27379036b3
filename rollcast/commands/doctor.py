"""`rollcast doctor`: whether all is as it should be, and what to do where it is not."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from models.errors import RollcastError
from models.text import counted
from rollcast.console import Colour, painted, show_json
from rollcast.doctor.check import Check, State
from rollcast.doctor.machine import core_check, version_checks
from rollcast.doctor.registry import registry_checks
from rollcast.doctor.serving import serving_checks
from rollcast.options import JsonOption, read_settings
from service.settings import PREFIX

_COLOURS: dict[State, Colour] = {"good": "green", "warning": "yellow", "problem": "red"}
_WIDTH = 20  # of a name; a longer one moves its own line alone


def doctor(
    registry: Annotated[Path | None, typer.Option(help=f"Folder of the models registry. [{PREFIX}REGISTRY]")] = None,
    host: Annotated[str | None, typer.Option(help=f"Address that the service listens on. [{PREFIX}HOST]")] = None,
    port: Annotated[int | None, typer.Option(help=f"Port that the service listens on. [{PREFIX}PORT]")] = None,
    api_keys_file: Annotated[Path | None, typer.Option(help=f"File of API keys. [{PREFIX}API_KEYS_FILE]")] = None,
    as_json: JsonOption = False,
) -> None:
    """Check what rollcast needs here, and say what to do.

    It looks at libraries, cores, each version of the registry, the port, the API keys and the page, with the settings
    that rollcast serve has, from flags over variables. The exit status is 1 where there is a problem; a warning leaves
    it 0.
    """
    checks = []
    for check in _checks(registry=registry, host=host, port=port, api_keys_file=api_keys_file):
        checks.append(check)
        if not as_json:  # opening versions takes a while: each line comes as it is known
            state = painted(f"{check.state:<7}", _COLOURS[check.state], sys.stdout)
            typer.echo(f"{state}  {check.name:<{_WIDTH}}  {check}")
    problems = sum(check.state == "problem" for check in checks)
    if as_json:
        show_json({"checks": [check._asdict() for check in checks], "problems": problems})
    if problems:
        raise RollcastError(f"{counted(problems, 'problem')} found")


def _checks(**flags: object) -> Iterator[Check]:
    yield from version_checks()
    try:
        settings = read_settings(**flags)
    except RollcastError as error:
        yield Check("settings", "problem", str(error), "set it right; what depends on settings was not looked at")
        return
    yield core_check(settings)
    yield from registry_checks(settings)
    yield from serving_checks(settings)
