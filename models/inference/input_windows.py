"""Windows as they were sent: checked, cut to their newest values and made an array."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.errors import InvalidWindow

# Numbers, or rows of numbers, oldest first and in the series' units.
Window = Sequence[float] | Sequence[Sequence[float]] | NDArray[np.floating]
Windows = Sequence[Window] | NDArray[np.floating]


def newest_values(windows: Windows, context: int, features: Sequence[str], title: str) -> NDArray[np.float64]:
    """The newest values of each window, shape (windows, context, features).

    `title` is how errors name the model. Raises InvalidWindow, whose location begins with the window's place.
    """
    found = []
    for place, window in enumerate(windows):
        length = len(window)
        if length < context:
            raise InvalidWindow(
                f"the window has {counted(length, 'value')}; {title} needs at least {context}", (place,)
            )
        try:
            found.append(_rows(window[-context:], features, first=length - context))
        except InvalidWindow as error:
            raise InvalidWindow(str(error), (place, *error.location)) from None
    if not found:
        raise InvalidWindow("at least one window is needed")
    return found[0][None] if len(found) == 1 else np.stack(found)


def check_finite(scaled: NDArray[np.float32], raw: NDArray[np.float64], windows: Windows) -> None:
    """Raise InvalidWindow where a window's values are not finite, or not once they are scaled.

    `scaled` has shape (windows, input_length, features) and `raw`, of which it was made, (windows, context, features).
    """
    bad = np.argwhere(~np.isfinite(scaled))
    if len(bad):
        place, _, column = bad[0].tolist()
        # A bad value can spoil the scale of others and their differences: it is NaN, or the one farthest from 0.
        index = int(np.argmax(np.abs(raw[place, :, column])))
        raise InvalidWindow(
            "values must be finite and fit in 32-bit floats", (place, len(windows[place]) - raw.shape[1] + index)
        )


def counted(number: int, noun: str) -> str:
    """A number of things, in words."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _rows(window: Window, features: Sequence[str], first: int) -> NDArray[np.float64]:
    """The window's rows, shape (context, features); raise InvalidWindow at the first that is none."""
    length, width = len(window), len(features)
    try:
        raw = np.asarray(window, np.float64)
    except (ValueError, TypeError):
        raw = np.empty(())
    if raw.shape == (length, width) or (raw.ndim == 1 and width == 1):
        return raw.reshape(length, width)
    needed = "a number" if width == 1 else f"a row of {width} numbers ({', '.join(features)})"
    for index, row in enumerate(window, start=first):
        dims = np.shape(row)
        if dims != (width,) and not (dims == () and width == 1):
            came = f"a row of {dims[0]}" if dims else "a single number"
            raise InvalidWindow(f"each value must be {needed}, but {came} came", (index,))
    raise InvalidWindow(f"each value must be {needed}")
