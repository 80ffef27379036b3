"""Wording messages: outside text made safe to show, numbers of things, lists, and what a wrong name may have meant."""

import difflib
from collections.abc import Iterable, Sequence

MAX_NAMES = 10  # that a hint lists


def printable(text: str, limit: int = 80) -> str:
    """The text itself where it is short and printable; else escaped, so that it can't forge a line, and cut."""
    line = text if text and text.isprintable() else ascii(text)
    return line if len(line) <= limit else f"{line[:limit]}…"


def counted(number: int, noun: str) -> str:
    """A number of things: 1 value, 2 values."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def listed(words: Sequence[str]) -> str:
    """One or more words as a list: a, b and c."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def did_you_mean(wanted: str, known: Iterable[str]) -> str:
    """A hint to end a message with: the known names that are spelled like a wrong one, else the first of them.

    It is "; did you mean epochs?" or "; there are load, price", and nothing where no name is known.
    """
    names = list(known)
    near = difflib.get_close_matches(wanted, names, n=3, cutoff=0.5)
    if near:
        return f"; did you mean {' or '.join(near)}?"
    more = [f"{len(names) - MAX_NAMES} more"] if len(names) > MAX_NAMES else []
    return f"; there are {', '.join(names[:MAX_NAMES] + more)}" if names else ""
