"""The seasons of a request's windows: told by what came with them, and told in the answer where they were found."""

from collections.abc import Sequence
from typing import Any

from models.errors import InvalidRequest
from models.inference.any_windows import SentSeasons, check_count
from models.seasonal.adjusted_windows import MOST_VALUES, held_seasons
from models.seasonal.season_search import usual_seasons
from models.timeseries.frequency import Frequency
from models.timeseries.time_index import TimeIndex
from service.window_times import WindowTimes


def told_seasons(
    sent: SentSeasons | None,
    times: Sequence[WindowTimes] | None,
    indexes: Sequence[TimeIndex] | None,
    lengths: Sequence[int],
) -> SentSeasons | None:
    """The seasons of windows of some lengths, in values; None of one whose seasons nothing tells.

    What was sent goes first. The frequency, from the time `indexes` or from `times` that are no more than a frequency,
    tells those seasons that are usual at it, as far as the window holds them twice; where no window can, as of minutes,
    it tells nothing. Raises InvalidRequest where not as many seasons came as windows, or a frequency is none.
    """
    check_count(sent, len(lengths))
    if times is None:
        return sent
    frequencies = _frequencies(times) if indexes is None else [each.frequency for each in indexes]
    return [
        own if own is not None or frequency is None else _usual(str(frequency), length)
        for own, frequency, length in zip(sent or [None] * len(lengths), frequencies, lengths, strict=True)
    ]


def _usual(frequency: str, length: int) -> tuple[int, ...] | None:
    usual = usual_seasons(frequency)
    return held_seasons(usual, length) if not usual or held_seasons(usual, MOST_VALUES) else None


def answered_seasons(found: Sequence[tuple[int, ...] | None], *, many: bool) -> Any:
    """The seasons that were found in windows, as an answer has them: a number, a list of several, or null for none.

    Those of `many` windows are a list of these, where null also stands for one whose seasons were told.
    """
    told = [each[0] if each and len(each) == 1 else list(each) if each else None for each in found]
    return told if many else told[0]


def is_found(found: Sequence[tuple[int, ...] | None]) -> bool:
    """Whether seasons were looked for in any window."""
    return any(each is not None for each in found)


def _frequencies(times: Sequence[WindowTimes]) -> list[Frequency | None]:
    found = []
    for index, each in enumerate(times):
        try:
            found.append(each.frequency())
        except InvalidRequest as error:
            raise error.within("times", index) from None
    return found
