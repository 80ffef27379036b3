"""Earlier origins in a request's windows: they are forecast in the same batch, so that intervals can follow them."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.errors import InvalidWindow
from models.inference.forecaster import Forecaster
from models.inference.input_windows import Windows
from models.inference.sent_covariates import SentCovariates, Values
from models.intervals.adaptation import adapted, known_errors, needed_window, replay_origins
from models.intervals.conformal import Bounds
from models.timeseries.time_index import TimeIndex

Array = NDArray[np.float64]


class Replays(NamedTuple):
    """How many values lie before each earlier origin, window by window: shape (origins) each.

    A batch has the rows of the windows first, then those of the first window's origins, and so on.
    """

    origins: tuple[NDArray[np.int64], ...] = ()

    @classmethod
    def within(cls, windows: Windows, forecaster: Forecaster) -> "Replays":
        """The earlier origins in some windows. Raises InvalidWindow where one is too short to have enough of them."""
        context, found = forecaster.spec.context_length, []
        for index, window in enumerate(windows):
            origins = replay_origins(len(window), context)
            if not len(origins):
                raise InvalidWindow(
                    f"the window has {len(window)} values; to adapt to it {forecaster.title} needs at least "
                    f"{needed_window(context)}, and several times its context to gain by it",
                    (index,),
                )
            found.append(origins)
        return cls(tuple(found))

    def owner(self, row: int) -> int:
        """The window that a row of the batch comes from."""
        owners = [*range(len(self.origins)), *(index for index, each in enumerate(self.origins) for _ in each)]
        return owners[row] if self.origins else row

    def windows(self, windows: Windows) -> Windows:
        """The windows, and after them each one as it was at its earlier origins."""
        if not self.origins:
            return windows
        earlier = [window[:origin] for window, each in zip(windows, self.origins, strict=False) for origin in each]
        return [*windows, *earlier]

    def times(self, windows: Windows, indexes: Sequence[TimeIndex]) -> list[TimeIndex]:
        """The time indexes of the same rows. Raises InvalidRequest where times lie outside of the years."""
        earlier = [
            index.moved(int(origin) - len(window))
            for window, index, each in zip(windows, indexes, self.origins, strict=False)
            for origin in each
        ]
        return [*indexes, *earlier]

    def lengths(self, lengths: Sequence[int]) -> list[int]:
        """How many values lie before each of the same rows."""
        return [*lengths, *(int(origin) for each in self.origins for origin in each)]

    def covariates(self, sent: SentCovariates, horizon: int) -> SentCovariates:
        """The covariates of the same rows: those known ahead end with the horizon, those of the past with the row."""
        return SentCovariates(
            future=self._cut(sent.future, horizon),
            past=self._cut(sent.past, 0),
            static=None
            if sent.static is None
            else [*sent.static, *(known for known, each in zip(sent.static, self.origins, strict=False) for _ in each)],
        )

    def _cut(self, sent: Sequence[Values] | None, horizon: int) -> list[Values] | None:
        if sent is None:
            return None
        earlier = [
            {name: values[: origin + horizon] for name, values in known.items()}
            for known, each in zip(sent, self.origins, strict=False)
            for origin in each
        ]
        return [*sent, *earlier]

    def adapt(self, bounds: Bounds, level: float, windows: Sequence[Array], forecasts: Array) -> Bounds:
        """The bounds of the windows' errors at a level: shape (windows, horizon, targets), in raw units.

        `bounds` are those of all rows of the batch and broadcast against `forecasts`, shape (rows, horizon, targets);
        `windows` have the targets' values, shape (length, targets) each.
        """
        lower, upper = (np.broadcast_to(each, forecasts.shape) for each in bounds)
        found, first = [], len(windows)
        for index, (window, origins) in enumerate(zip(windows, self.origins, strict=True)):
            rows = slice(first, first := first + len(origins))
            errors = known_errors(window, origins, forecasts[rows])
            found.append(adapted(Bounds(lower[index], upper[index]), Bounds(lower[rows], upper[rows]), errors, level))
        return Bounds(np.stack([each.lower for each in found]), np.stack([each.upper for each in found]))
