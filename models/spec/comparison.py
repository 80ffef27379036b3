"""A model beside a baseline: how many times its error, and whether that is chance."""

from pydantic import FiniteFloat

from models.spec.record import Record

WORSE_RATIO = 1.02  # of two errors: what is less is no more than noise
CHANCE = 0.05  # a p-value below it is more than noise


class Comparison(Record):
    """A model beside a baseline over the whole horizon.

    `error_ratio` is the model's error in units of the baseline's: of the mean absolute error or, of several series, of
    MASE, in which each counts alike. `p_value` is that of Diebold and Mariano's test; null where there are too few
    forecasts to tell.
    """

    error_ratio: FiniteFloat
    p_value: FiniteFloat | None = None

    @property
    def is_lost(self) -> bool:
        """Whether the baseline is better by more than noise: both clearly and by more than 2 percent."""
        return self.p_value is not None and self.p_value < CHANCE and self.error_ratio > WORSE_RATIO
