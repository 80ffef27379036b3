"""Columns beside those that are forecast, such as a weather forecast or a promotion: how a network takes them in."""

from typing import Annotated, Literal, NamedTuple, Self

from pydantic import Field, FiniteFloat, model_validator

from models.spec.record import Record

MAX_CATEGORIES = 256

# Known ahead up to the end of the horizon, known up to the end of the window, or one value for a series.
CovariateKind = Literal["future", "past", "static"]


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


class Covariates(NamedTuple):
    """The covariates of each kind. Where they stand beside each other, as codes do, it is in this order."""

    future: tuple[Covariate, ...] = ()
    past: tuple[Covariate, ...] = ()
    static: tuple[Covariate, ...] = ()

    @property
    def all(self) -> tuple[Covariate, ...]:
        """Those of every kind."""
        return (*self.future, *self.past, *self.static)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all."""
        return tuple(covariate.name for covariate in self.all)

    def kind_of(self, index: int) -> CovariateKind:
        """The kind of the one at an index among all."""
        return (
            "future" if index < len(self.future) else "past" if index < len(self.all) - len(self.static) else "static"
        )

    def replaced(self, covariates: tuple[Covariate, ...]) -> "Covariates":
        """The same kinds of as many other covariates."""
        first, second = len(self.future), len(self.future) + len(self.past)
        return Covariates(covariates[:first], covariates[first:second], covariates[second:])


NO_COVARIATES = Covariates()
