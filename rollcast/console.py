"""How the command speaks: results on standard output, complaints on standard error."""

import typer
from rich.console import Console
from rich.table import Table


def complain(message: str) -> None:
    """Say on standard error what went wrong."""
    typer.echo(f"error: {message}", err=True)


def warn(message: str) -> None:
    """Say on standard error what went well but may surprise."""
    typer.echo(f"warning: {message}", err=True)


def show_table(headings: list[str], rows: list[list[str]]) -> None:
    """Print rows under headings; numbers keep to the right."""
    table = Table(box=None, pad_edge=False)
    for heading, first in zip(headings, rows[0] if rows else headings, strict=True):
        table.add_column(heading, justify="right" if _is_number(first) else "left", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    Console(soft_wrap=True).print(table)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
