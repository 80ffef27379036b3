"""Windows as they were sent: checked, cut to their newest values and made into one array."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.errors import InvalidWindow
from models.spec.model_spec import Extension
from models.text import counted

# Numbers, or rows of numbers, oldest first and in the series' units; None or NaN where one is missing.
Window = Sequence[float | None] | Sequence[Sequence[float | None]] | NDArray[np.floating]
Windows = Sequence[Window] | NDArray[np.floating]


def newest_values(
    windows: Windows, context: int, features: Sequence[str], title: str, extension: Extension | None = None
) -> NDArray[np.float64]:
    """The newest values of each window, shape (windows, context, features).

    `title` is how errors name the model. With an `extension`, shorter windows are extended. Raises InvalidWindow, whose
    location begins with the window's index.
    """
    found = []
    least = context if extension is None else min(context, extension.least)
    for index, window in enumerate(windows):
        length = len(window)
        if length < least:
            raise InvalidWindow(f"the window has {counted(length, 'value')}; {title} needs at least {least}", (index,))
        rows = values_of(window, context, features, index)
        found.append(rows if extension is None or length >= context else extended(rows, context, extension.season))
    if not found:
        raise InvalidWindow("at least one window is needed")
    return found[0][None] if len(found) == 1 else np.stack(found)


def values_of(window: Window, most: int, features: Sequence[str], index: int) -> NDArray[np.float64]:
    """The newest values of a window, at most so many, shape (values, features), NaN where one is missing.

    Raises InvalidWindow, whose location begins with the window's `index`.
    """
    try:
        return _rows(window[-most:], features, first=max(0, len(window) - most))
    except InvalidWindow as error:
        raise error.within(index) from None


def extended(rows: NDArray[np.float64], count: int, season: int) -> NDArray[np.float64]:
    """Rows of shape (rows, features) with their first season, again and again, before them: `count` rows in all."""
    before = np.arange(len(rows) - count, 0) % min(season, len(rows))
    return np.concatenate([rows[before], rows])


def check_finite(scaled: NDArray[np.float32], raw: NDArray[np.float64], windows: Windows) -> None:
    """Raise InvalidWindow where a window's values are not finite, or not once they are scaled.

    `scaled` has shape (windows, input_length, features) and `raw`, of which it was made, (windows, context, features).
    """
    bad = np.argwhere(~np.isfinite(scaled))
    if len(bad):
        window, _, column = bad[0].tolist()
        # A bad value can spoil the scale of others and their differences: it is NaN, or the one farthest from 0.
        index = int(np.argmax(np.abs(raw[window, :, column])))
        where = (window, len(windows[window]) - raw.shape[1] + index)
        if np.isnan(raw[window, index, column]):
            raise InvalidWindow(
                "expected a number, but none came: values must be finite and fit in 32-bit floats, and only masked "
                "models do without some",
                where,
            )
        raise InvalidWindow("values must be finite and fit in 32-bit floats", where)


def _rows(window: Window, features: Sequence[str], first: int) -> NDArray[np.float64]:
    """The window's rows, shape (context, features). Raises InvalidWindow at the first that is no such row."""
    length, width = len(window), len(features)
    try:
        raw = np.asarray(window, np.float64)
    except (ValueError, TypeError):
        raw = np.empty(())
    if raw.shape == (length, width) or (raw.ndim == 1 and width == 1):
        return raw.reshape(length, width)
    needed = "a number" if width == 1 else f"a row of {width} numbers ({', '.join(features)})"
    for index, row in enumerate(window, start=first):
        try:
            sizes = np.shape(row)
        except ValueError:  # lists of different lengths
            raise InvalidWindow(f"each value must be {needed}", (index,)) from None
        if sizes != (width,) and not (sizes == () and width == 1):
            actual = f"a row of {sizes[0]}" if sizes else "a single number"
            raise InvalidWindow(f"each value must be {needed}, but {actual} came", (index,))
    raise InvalidWindow(f"each value must be {needed}")
