"""Which parts of series are windows: the newest values of each, or those before values that are known."""

from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

from models.errors import InvalidRequest
from service.protocols.nixtla.schemas import NixtlaCrossValidationRequest
from service.schemas.predict import MAX_WINDOWS


class Cut(NamedTuple):
    """A window: the values of a series from `begin` to `end`, both places in `y`."""

    series: int
    begin: int
    end: int


def newest(sizes: Sequence[int], context: int) -> list[Cut]:
    """The end of each series, no longer than what a forecast rests on. Raises InvalidRequest where these are many."""
    _check_count(len(sizes))
    return [
        Cut(index, end - min(size, context), end)
        for index, (size, end) in enumerate(zip(sizes, accumulate(sizes), strict=True))
    ]


def in_sample_horizon(asked: NixtlaCrossValidationRequest, least: int) -> int:
    """How many steps each forecast has: with a full history no more than the shortest series has room for.

    `least` is how many values a window must have.
    """
    return max(1, min(asked.h, min(asked.series.sizes) - least)) if asked.full_history else asked.h


def known(asked: NixtlaCrossValidationRequest, context: int, least: int) -> list[Cut]:
    """The windows before values that are known, series by series, oldest first. Raises InvalidRequest.

    Each has at most `context` values; with a full history at least `least`.
    """
    sizes, horizon = asked.series.sizes, in_sample_horizon(asked, least)
    step, counts = asked.step_size or horizon, [asked.n_windows] * len(sizes)
    if asked.full_history:  # as many as there are windows for, or as one request may ask
        most = max(1, MAX_WINDOWS // len(sizes))
        step, counts = horizon, [min(most, max(1, (size - least) // horizon)) for size in sizes]
    _check_count(sum(counts))
    cuts = []
    for index, (size, count, end) in enumerate(zip(sizes, counts, accumulate(sizes), strict=True)):
        first = end - horizon - step * (count - 1)
        if first <= end - size:
            raise InvalidRequest(
                f"the series has {size} values: too few for {count} forecasts of {horizon} steps, {step} apart",
                ("series", "sizes", index),
            )
        ends = range(first, end - horizon + 1, step)
        cuts += [Cut(index, max(end - size, each - context), each) for each in ends]
    return cuts


def _check_count(count: int) -> None:
    if count > MAX_WINDOWS:
        raise InvalidRequest(
            f"expected at most {MAX_WINDOWS} forecasts in one request, but {count} came: set num_partitions, or ask "
            "for fewer n_windows",
            ("series", "sizes"),
        )
