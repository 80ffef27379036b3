"""How models are named in requests: `name`, `name@version` or `name@alias`."""

import re
from functools import lru_cache
from typing import NamedTuple

from models.errors import InvalidName
from models.text import printable

NAME_PATTERN = r"[a-z0-9][a-z0-9-]{0,63}"
ALIAS_PATTERN = r"[a-z][a-z0-9-]{0,63}"
VERSION_PATTERN = r"[1-9][0-9]{0,17}"  # any whole number that fits in 64 bits
REFERENCE_PATTERN = rf"{NAME_PATTERN}(@({VERSION_PATTERN}|{ALIAS_PATTERN}))?"

CHAMPION = "champion"  # the alias that a bare name resolves to, where it is set


class Reference(NamedTuple):
    """A parsed reference to a model: at most one of `version` and `alias` is set."""

    name: str
    version: int | None = None
    alias: str | None = None

    def __str__(self) -> str:
        suffix = self.version if self.version is not None else self.alias
        return self.name if suffix is None else f"{self.name}@{suffix}"


@lru_cache(maxsize=256)  # requests name the same few, again and again
def parse_reference(text: str) -> Reference:
    """Parse `name`, `name@3` or `name@champion`.

    Raises InvalidName where the text is none of these.
    """
    if not re.fullmatch(REFERENCE_PATTERN, text, re.ASCII):
        raise InvalidName(
            "a model is named by lower-case letters, digits and hyphens, then optionally @ and a version or "
            'an alias, as in "sine-lstm", "sine-lstm@3" or "sine-lstm@champion"'
        )
    name, _, suffix = text.partition("@")
    if not suffix:
        return Reference(name)
    return Reference(name, version=int(suffix)) if suffix.isdigit() else Reference(name, alias=suffix)


def check_name(name: str) -> None:
    """Raise InvalidName unless the text can name a model."""
    if not re.fullmatch(NAME_PATTERN, name, re.ASCII):
        raise InvalidName(
            f"{printable(repr(name))} can't name a model: use 1 to 64 lower-case letters, digits and hyphens, "
            "beginning with a letter or a digit"
        )


def check_alias(alias: str) -> None:
    """Raise InvalidName unless the text can be an alias."""
    if not re.fullmatch(ALIAS_PATTERN, alias, re.ASCII):
        raise InvalidName(
            f"{printable(repr(alias))} can't be an alias: use 1 to 64 lower-case letters, digits and hyphens, "
            "beginning with a letter"
        )
