"""Cutting a series into the sequences that a network is trained through time on."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from models.windows import Samples

ENOUGH = 1_000  # sequences for an epoch, beyond which it need not hold every one


def training_sequences(values: NDArray[np.floating], window: int, sequence: int, lead: int) -> Samples:
    """Sequences of a series with a target at each step from the window's last on (teacher forcing).

    `values` has shape (rows, features). The answer's `windows` have shape (count, sequence, features), its
    `targets` (count, sequence - window + 1, features): target s is the row `lead` steps after step
    `window - 1 + s`. Earlier steps have none, as a served network has always seen a whole window from zero
    states before it is asked; an error there would draw the weights towards what is never needed.

    A short series gives every sequence. They overlap, so a long one gives only one in so many, counted from the
    newest, that an epoch costs what it does on windows, in time and in memory, however long they are. Raises
    ValueError where there are too few rows for one.
    """
    inputs = sliding_window_view(values[: len(values) - lead], sequence, axis=0)
    targets = sliding_window_view(values[window - 1 + lead :], sequence - window + 1, axis=0)
    stride = max(1, min(sequence // window, len(inputs) // ENOUGH))
    first = (len(inputs) - 1) % stride
    return Samples(inputs[first::stride].transpose(0, 2, 1), targets[first::stride].transpose(0, 2, 1))
