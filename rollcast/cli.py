"""The `rollcast` command."""

import sys
from functools import partial
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

import rollcast
from models.errors import RollcastError
from rollcast.completion import completing
from rollcast.console import INTERRUPTED, complain
from service.process.garbage import no_search

# Each has a file below commands/, which holds a command, or a group of them, of its name.
_SUBCOMMANDS = ("serve", "train", "predict", "evaluate", "update", "calibrate", "doctor", "mcp", "models", "keys")


class _Commands(TyperGroup):
    """Subcommands, each loaded when it is asked for, so that none waits for what the others need.

    Ctrl-C stops them with one line, where they say none themselves.
    """

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        return list(_SUBCOMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        # A name that is none of theirs is answered with those that are spelled like it, so all must be there.
        for name in [cmd_name] if cmd_name in _SUBCOMMANDS else _SUBCOMMANDS:
            if name not in self.commands:
                self.commands[name] = _loaded(name)
        return self.commands.get(cmd_name)

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            complain("stopped")
            raise typer.Exit(INTERRUPTED) from None


app = typer.Typer(
    name="rollcast",
    cls=_Commands,
    help="Train recurrent forecasters on a series, and serve them over REST.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback(invoke_without_command=True)
def _version(
    version: bool = typer.Option(False, "--version", help="Show the version and exit.", is_eager=True),
) -> None:
    if version:
        typer.echo(rollcast.__version__)
        raise typer.Exit


def _loaded(name: str) -> Any:
    """A subcommand, or a group of them, from its file."""
    with no_search():
        found = getattr(import_module(f"rollcast.commands.{name}"), name)
    alone = typer.Typer(callback=_nothing, rich_markup_mode=None)
    if isinstance(found, typer.Typer):
        alone.add_typer(found, name=name)
    else:
        alone.command(name)(found)
    group = get_command(alone)
    assert isinstance(group, TyperGroup)  # noqa: S101 (a callback makes it one)
    return group.commands[name]


def _nothing() -> None:
    """What is run before a subcommand."""


def main() -> None:
    """Run the command; an error raised on purpose becomes one line and exit status 1."""
    try:
        completing(partial(app, prog_name="rollcast"))  # of one name, also as python -m rollcast
    except RollcastError as error:
        complain(str(error))
        sys.exit(1)
