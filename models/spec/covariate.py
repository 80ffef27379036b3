"""A column that is known ahead of time, such as a weather forecast or a promotion, and how a network takes it in."""

from typing import Annotated, Self

from pydantic import Field, FiniteFloat, model_validator

from models.spec.record import Record

MAX_CATEGORIES = 256


class Covariate(Record):
    """A covariate: a number, in units of (value - mean) / scale, or one of some categories, one channel for each.

    A category that training never saw is none of them: all its channels are 0.
    """

    name: str
    categories: Annotated[tuple[str, ...], Field(max_length=MAX_CATEGORIES)] = ()
    mean: FiniteFloat = 0.0
    scale: Annotated[FiniteFloat, Field(gt=0)] = 1.0

    @property
    def channels(self) -> int:
        """How many numbers tell its value."""
        return len(self.categories) or 1

    @model_validator(mode="after")
    def _check(self) -> Self:
        if len(set(self.categories)) < len(self.categories):
            raise ValueError("categories must differ from each other")
        return self
