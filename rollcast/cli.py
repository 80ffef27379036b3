"""The `rollcast` command."""

import sys
from functools import partial
from typing import Any

import typer
from typer.core import TyperGroup

import rollcast
from models.errors import RollcastError
from rollcast.commands import calibrate, doctor, evaluate, keys, mcp, models, predict, serve, train, update
from rollcast.completion import completing
from rollcast.console import INTERRUPTED, complain


class _Commands(TyperGroup):
    """Subcommands that Ctrl-C stops with one line, where they say none themselves."""

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
app.command("serve")(serve.serve)
app.command("train")(train.command())
app.command("predict")(predict.predict)
app.command("evaluate")(evaluate.evaluate)
app.command("update")(update.update)
app.command("calibrate")(calibrate.calibrate)
app.add_typer(models.app, name="models")
app.add_typer(keys.app, name="keys")
app.command("doctor")(doctor.doctor)
app.command("mcp")(mcp.mcp)


@app.callback(invoke_without_command=True)
def _version(
    version: bool = typer.Option(False, "--version", help="Show the version and exit.", is_eager=True),
) -> None:
    if version:
        typer.echo(rollcast.__version__)
        raise typer.Exit


def main() -> None:
    """Run the command; an error raised on purpose becomes one line and exit status 1."""
    try:
        completing(partial(app, prog_name="rollcast"))  # of one name, also as python -m rollcast
    except RollcastError as error:
        complain(str(error))
        sys.exit(1)
