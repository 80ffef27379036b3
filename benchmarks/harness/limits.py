"""What is demanded of a figure: the most that it may be, and whether it is no more."""

from typing import Any, NamedTuple

from benchmarks.harness.bars import Bar


class Limit(NamedTuple):
    """A figure, None where it is not known, and the most that it may be; `seen` tells what it comes from."""

    what: str
    figure: float | None
    at_most: float
    unit: str = ""
    seen: str = ""

    @property
    def met(self) -> bool:
        """Whether the figure is known and no higher."""
        return self.figure is not None and self.figure <= self.at_most

    def bar(self, name: str) -> Bar:
        """A line of the table for the row or the group of this name."""
        told = "not known" if self.figure is None else f"{self.figure:.3g}{self.unit}"
        seen = f" ({self.seen})" if self.seen else ""
        return Bar(f"{name}: {self.what}", told + seen, f"at most {self.at_most:g}{self.unit}", self.met)

    def judged(self) -> dict[str, Any]:
        """What a file of results has of it."""
        return {"what": self.what, "figure": self.figure, "at_most": self.at_most, "met": self.met}


def off_level(what: str, level: int, percent: float | None, most: float, seen: str = "") -> Limit:
    """By how many points a share in percent may be off a level, to either side."""
    if percent is None:
        return Limit(f"{what}: off by", None, most, " points")
    told = f"{percent:.3g} %" + (f"; {seen}" if seen else "")
    return Limit(f"{what}: off by", abs(percent - level), most, " points", told)
