"""How the command speaks: results on standard output, all else on standard error; colours on terminals alone."""

import json
import os
import sys
from collections.abc import Sequence
from typing import Any, Literal, TextIO

import typer
from pydantic_core import to_jsonable_python

Colour = Literal["green", "yellow", "red"]

INTERRUPTED = 130  # the exit status after Ctrl-C, as shells have it: 128 and the signal's number


def complain(message: str) -> None:
    """Say on standard error what went wrong."""
    typer.echo(f"{painted('error:', 'red', sys.stderr)} {message}", err=True)


def warn(message: str) -> None:
    """Say on standard error what went well but may surprise."""
    typer.echo(f"{painted('warning:', 'yellow', sys.stderr)} {message}", err=True)


def show_json(document: Any) -> None:
    """Print one JSON document, on one line: what --json asks for. Numbers that are not finite become null."""
    typer.echo(json.dumps(to_jsonable_python(document, inf_nan_mode="null"), allow_nan=False))


def show_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows under headings, every text as it is and whole; columns of numbers keep to the right."""
    columns = [_column(heading, cells) for heading, *cells in zip(headings, *rows, strict=True)]
    for line in zip(*columns, strict=True):
        typer.echo("  ".join(line).rstrip())


def painted(text: str, colour: Colour, stream: TextIO) -> str:
    """The text in a colour, where the stream is a terminal that shows colours and the user wants them.

    As https://no-color.org has it, NO_COLOR that is not empty wants none.
    """
    plain = not stream.isatty() or os.environ.get("NO_COLOR") or os.environ.get("TERM", "dumb") == "dumb"
    return text if plain else typer.style(text, fg=colour)


def _column(heading: str, cells: Sequence[str]) -> list[str]:
    """The heading and its cells, padded to one width."""
    from training.reading.table import is_number  # a table's alone: rollcast serve loads nothing of training

    width = max(map(len, (heading, *cells)))
    filled = [cell for cell in cells if cell]
    side = ">" if filled and all(map(is_number, filled)) else "<"
    return [f"{text:{side}{width}}" for text in (heading, *cells)]
