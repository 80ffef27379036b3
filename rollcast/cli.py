"""The `rollcast` command."""

import sys

import typer

import rollcast
from models.errors import RollcastError
from rollcast.commands import calibrate, evaluate, keys, models, predict, serve, train, update
from rollcast.console import complain

app = typer.Typer(
    name="rollcast",
    help="Train recurrent forecasters on a series, and serve them over REST.",
    no_args_is_help=True,
    add_completion=False,
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
        app()
    except RollcastError as error:
        complain(str(error))
        sys.exit(1)
