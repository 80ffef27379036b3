"""How the command speaks: results on standard output, complaints on standard error."""

from collections.abc import Sequence

import typer

from training.reading.table import is_number


def complain(message: str) -> None:
    """Say on standard error what went wrong."""
    typer.echo(f"error: {message}", err=True)


def warn(message: str) -> None:
    """Say on standard error what went well but may surprise."""
    typer.echo(f"warning: {message}", err=True)


def show_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows under headings, every text as it is and whole; columns of numbers keep to the right."""
    columns = [_column(heading, cells) for heading, *cells in zip(headings, *rows, strict=True)]
    for line in zip(*columns, strict=True):
        typer.echo("  ".join(line).rstrip())


def _column(heading: str, cells: Sequence[str]) -> list[str]:
    """The heading and its cells, padded to one width."""
    width = max(map(len, (heading, *cells)))
    filled = [cell for cell in cells if cell]
    side = ">" if filled and all(map(is_number, filled)) else "<"
    return [f"{text:{side}{width}}" for text in (heading, *cells)]
