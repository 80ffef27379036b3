"""What a shell offers while a command is typed: the names of models, versions, aliases and recipes."""

import io
import os
from collections.abc import Callable
from contextlib import redirect_stdout

import typer

from models.errors import RollcastError
from models.registry.listing import Entry
from models.registry.registry import Registry
from service.settings import Settings

_ASKED = "_ROLLCAST_COMPLETE"  # the variable by which a shell's script asks the command


# Of what these give, typer takes what begins as the user's word does.
def model_names(ctx: typer.Context) -> list[str]:
    """The names of the registry's models."""
    return list(_listing(ctx))


def references(ctx: typer.Context, incomplete: str) -> list[str]:
    """The names of the registry's models; after an @ the versions and aliases of one."""
    listing = _listing(ctx)
    name, at, _ = incomplete.partition("@")
    if not at:
        return list(listing)
    entry = listing.get(name, Entry(()))
    return [f"{name}@{each}" for each in (*entry.aliases, *reversed(entry.versions))]


def recipes() -> list[str]:
    """The names of the recipes that come with rollcast; a shell offers files where none fits."""
    from training.recipes.loader import recipe_names  # which most commands do without

    return list(recipe_names())


def completing(run: Callable[[], None]) -> None:
    """Run the command; where bash asks for completions, in bash's words.

    bash takes a name with an @ for several words. They are put together for the command, and what it offers is cut to
    what bash replaces: all from the @ on.
    """
    words, index = os.environ.get("COMP_WORDS", "").split("\n"), os.environ.get("COMP_CWORD", "")
    if os.environ.get(_ASKED) != "complete_bash" or not index.isdecimal():
        run()
        return
    asked = words[: int(index) + 1]
    joined = _joined(asked)
    os.environ |= {"COMP_WORDS": "\n".join(joined), "COMP_CWORD": str(int(index) + len(joined) - len(asked))}
    offered = io.StringIO()
    try:
        with redirect_stdout(offered):
            run()
    finally:
        before = 0 if joined[-1] == asked[-1] else joined[-1].rindex("@")
        for line in offered.getvalue().splitlines():
            typer.echo(line[before:])


def _joined(words: list[str]) -> list[str]:
    """Words, those around an @ as one."""
    joined: list[str] = []
    for word in words:
        if joined and (word.startswith("@") or joined[-1].endswith("@")):
            joined[-1] += word
        else:
            joined.append(word)
    return joined


def _listing(ctx: typer.Context) -> dict[str, Entry]:
    """What the registry holds that the line or the variable names; nothing where it can't be read."""
    location = ctx.params.get("registry") or Settings.model_fields["registry"].default
    try:
        return Registry.at(location).listing()
    except RollcastError:  # a shell has no place for complaints
        return {}
