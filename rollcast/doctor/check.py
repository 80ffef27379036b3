"""One thing that was looked at: how it is, and what to do where it is not good."""

from typing import Literal, NamedTuple

State = Literal["good", "warning", "problem"]


class Check(NamedTuple):
    """What was looked at, how it is, what was found, and what to do; `advice` is empty where there is nothing to do."""

    name: str
    state: State
    found: str
    advice: str = ""

    def __str__(self) -> str:
        return f"{self.found}: {self.advice}" if self.advice else self.found
