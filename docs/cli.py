"""python docs/cli.py: write the help of every command into cli.md anew, below its mark."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from rollcast.cli import app

PATH = Path(__file__).with_name("cli.md")
MARK = "<!-- What follows is written by: python docs/cli.py -->\n"
WIDTH = 100  # whatever terminal it runs on


def page(text: str) -> str:
    """The page, with what is below its mark written anew."""
    written, mark, _ = text.partition(MARK)
    if not mark:
        raise ValueError(f"{PATH.name} has lost its line {MARK.strip()}")
    return "\n".join([written + mark, *_sections(get_command(app), "rollcast", None)])


def _sections(command: Any, name: str, parent: typer.Context | None) -> Iterator[str]:
    """A section for a command, whose type typer keeps to itself, then those of the commands below it."""
    context = typer.Context(command, parent=parent, info_name=name, terminal_width=WIDTH)
    yield f"### {context.command_path}\n\n```text\n{command.get_help(context)}\n```\n"
    if isinstance(command, TyperGroup):
        for below in command.list_commands(context):
            yield from _sections(command.get_command(context, below), below, context)


if __name__ == "__main__":
    PATH.write_text(page(PATH.read_text()))
