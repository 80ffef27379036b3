"""What is mixed into a network's forecasts: a linear forecast, the last value, the last seasons."""

from typing import Annotated, Self

from pydantic import Field, FiniteFloat, model_validator

from models.spec.record import Count, Record, RowValues

MAX_BLEND_LAGS = 4096
WEIGHTS_SUM_TO = 1e-6  # within


class LinearForecast(Record):
    """A linear autoregression of one target, as models/blending/autoregression.py runs it.

    `weights` has a number for each lag, `covariates` one for each channel of what is known of a step's own target
    (`ModelSpec.known_of_target`), or none.
    """

    weights: Annotated[RowValues, Field(min_length=1, max_length=MAX_BLEND_LAGS)]
    intercept: FiniteFloat
    shift: FiniteFloat
    spread: Annotated[FiniteFloat, Field(gt=0)] | None = None
    covariates: RowValues = ()


class Blend(Record):
    """The share of each forecast in the answer, step by step.

    `weights` has a row for each step, and in it first the network's share, then that of each season's naive forecast
    (a season of 1 is the last value), then that of the linear one where there is one, which has an autoregression for
    each target. Beyond the last step its shares hold. Shares are not negative and add up to 1.
    """

    seasons: tuple[Count, ...]
    linear: tuple[LinearForecast, ...] = ()
    weights: Annotated[tuple[RowValues, ...], Field(min_length=1)]

    @property
    def context_length(self) -> int:
        """How many values its forecasts look back on."""
        return max([1, *self.seasons, *(len(each.weights) for each in self.linear)])

    @model_validator(mode="after")
    def _check(self) -> Self:
        parts = 1 + len(self.seasons) + bool(self.linear)
        for number, shares in enumerate(self.weights, start=1):
            if len(shares) != parts:
                raise ValueError(
                    f"a blend of {parts} forecasts has as many weights, not {len(shares)} at step {number}"
                )
            if min(shares) < 0 or abs(sum(shares) - 1) > WEIGHTS_SUM_TO:
                raise ValueError(f"the weights of a blend are not negative and add up to 1, but not at step {number}")
        return self
