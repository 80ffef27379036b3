"""Windows of any length and season as they were sent: checked, filled where values are missing, and adjusted."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.errors import InvalidRequest, InvalidWindow
from models.inference.input_windows import Windows, values_of
from models.seasonal.adjusted_windows import (
    LEAST_VALUES,
    MOST_SEASONS,
    MOST_VALUES,
    AdjustedWindows,
    adjusted_windows,
    held_seasons,
)
from models.seasonal.filling import filled
from models.seasonal.season_search import seasons_in_window
from models.seasonal.seasonal_profile import LEAST_CYCLES
from models.spec.model_spec import ModelSpec
from models.text import counted
from models.timeseries.scaling import Scale

Array = NDArray[np.float64]
Seasons = tuple[int, ...]
# The seasons of each window, in values; None of a window whose seasons are looked for.
SentSeasons = Sequence[Sequence[int] | None]


def refuse_seasons(seasons: SentSeasons | None, title: str) -> None:
    """Raise InvalidRequest where seasons were sent to a model that takes none."""
    if seasons is not None and any(each is not None for each in seasons):
        raise InvalidRequest(f"{title} learned its series' seasons in training: leave season out", ("seasons",))


def check_count(seasons: SentSeasons | None, windows: int) -> None:
    """Raise InvalidRequest where there are seasons, but not for each of so many windows."""
    if seasons is not None and len(seasons) != windows:
        raise InvalidRequest(
            f"{counted(windows, 'window')} came with {len(seasons)} seasons: send one for each, or one for all",
            ("seasons",),
        )


def adjusted_inputs(
    spec: ModelSpec, windows: Windows, horizon: int, seasons: SentSeasons | None, title: str
) -> tuple[AdjustedWindows, tuple[Seasons | None, ...]]:
    """The windows in the network's units, and the seasons that were found in those which came without.

    Each window is cut to its newest values. Raises InvalidWindow, whose location begins with the window's index, and
    InvalidRequest where a season is longer than half its window.
    """
    check_count(seasons, len(windows))
    # Those of one length that share their seasons are adjusted together.
    groups: dict[tuple[int, Seasons], list[int]] = {}
    values, found = [], []
    for index in range(len(windows)):
        sent = None if seasons is None else seasons[index]
        own = _known_values(windows, index, spec, title)
        held = _held(own, sent, index)
        found.append(held if sent is None else None)
        values.append(filled(own, held))
        groups.setdefault((len(own), held), []).append(index)
    if not values:
        raise InvalidWindow("at least one window is needed")
    parts = [
        adjusted_windows(np.stack([values[index] for index in rows]), held, spec.window, spec.outputs, horizon)
        for (_, held), rows in groups.items()
    ]
    if len(parts) == 1:
        return parts[0], tuple(found)
    order = np.argsort(np.concatenate([*groups.values()]))
    contexts, beside, scale, lowest = (tuple(each) for each in zip(*parts, strict=True))
    joined = AdjustedWindows(
        np.concatenate(contexts)[order],
        np.concatenate(beside)[order],
        Scale(*(np.concatenate(each)[order] for each in zip(*scale, strict=True))),
        np.concatenate(lowest)[order],
    )
    return joined, tuple(found)


def window_seasons(spec: ModelSpec, windows: Windows, index: int, sent: Sequence[int] | None, title: str) -> Seasons:
    """The seasons that a window is forecast with: those sent with it, else those that it shows.

    Raises as `adjusted_inputs`.
    """
    return _held(_known_values(windows, index, spec, title), sent, index)


def _known_values(windows: Windows, index: int, spec: ModelSpec, title: str) -> Array:
    """The newest values of a window, shape (length); NaN where one is missing."""
    window = windows[index]
    if len(window) < LEAST_VALUES:
        raise InvalidWindow(
            f"the window has {counted(len(window), 'value')}; {title} needs at least {LEAST_VALUES}", (index,)
        )
    values = values_of(window, MOST_VALUES, spec.features, index)[:, 0]
    if np.isinf(values).any():
        place = len(window) - len(values) + int(np.argmax(np.isinf(values)))
        raise InvalidWindow("values must be finite", (index, place))
    if np.isnan(values).all():
        raise InvalidWindow("the window has no value: at least one is needed that is not null", (index,))
    return values


def _held(values: Array, sent: Sequence[int] | None, index: int) -> Seasons:
    return _found(values) if sent is None else _checked(sent, len(values), index)


def _checked(sent: Sequence[int], length: int, index: int) -> Seasons:
    """Seasons as they were sent. One of 1 says that there is none."""
    if len(sent) > MOST_SEASONS:
        raise InvalidRequest(f"expected at most {MOST_SEASONS} seasons, but {len(sent)} came", ("seasons", index))
    for season in sent:
        if season > length // LEAST_CYCLES:
            raise InvalidRequest(
                f"a season of {season} values is longer than half the window of {length}: send at least "
                f"{LEAST_CYCLES * season} values, or leave season out",
                ("seasons", index),
            )
        if season < 1:
            raise InvalidRequest(f"a season must be at least 1 value long, not {season}", ("seasons", index))
    return held_seasons(sent, length)


def _found(values: Array) -> Seasons:
    """The seasons that a window shows by its autocorrelation."""
    known = np.isfinite(values)
    size = np.abs(values[known]).max() or 1.0
    return held_seasons(seasons_in_window(filled(values, ()) / size), len(values))
