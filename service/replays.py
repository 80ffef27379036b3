"""Earlier origins in a request's windows: they are forecast in the same batch, so that intervals can follow them."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.errors import InvalidWindow
from models.inference.any_windows import SentSeasons, window_seasons
from models.inference.forecaster import Forecaster
from models.inference.input_windows import Windows
from models.inference.sent_covariates import SentCovariates, Values
from models.intervals.adaptation import MIN_REPLAYS, adapted, known_errors, needed_window, replay_origins
from models.intervals.conformal import Bounds
from models.seasonal.seasonal_profile import LEAST_CYCLES
from models.spec.model_spec import ModelSpec
from models.timeseries.time_index import TimeIndex

Array = NDArray[np.float64]


class Replays(NamedTuple):
    """How many values lie before each earlier origin, window by window: shape (origins) each.

    A batch has the rows of the windows first, then those of the first window's origins, and so on. `seasons` are each
    window's, where the model takes in seasons: its origins share them, whether they were sent or `found` in the window
    (None of one that came with its own).
    """

    origins: tuple[NDArray[np.int64], ...] = ()
    seasons: tuple[tuple[int, ...], ...] = ()
    found: tuple[tuple[int, ...] | None, ...] = ()

    @classmethod
    def within(cls, windows: Windows, forecaster: Forecaster, told: SentSeasons | None = None) -> "Replays":
        """The earlier origins in some windows.

        `told` has the seasons of each window, None where they are to be found in it. Raises InvalidWindow where a
        window is too short to have enough origins, and InvalidRequest where its seasons are too long.
        """
        spec, title = forecaster.spec, forecaster.title
        seasons: tuple[tuple[int, ...], ...] = ()
        found: tuple[tuple[int, ...] | None, ...] = ()
        if spec.any_length:
            sent = told or [None] * len(windows)
            seasons = tuple(window_seasons(spec, windows, index, each, title) for index, each in enumerate(sent))
            found = tuple(held if each is None else None for held, each in zip(seasons, sent, strict=True))
        origins = []
        for index, window in enumerate(windows):
            longest = max(seasons[index], default=0) if seasons else 0
            origins.append(replay_origins(len(window), _least_before(spec, len(window), longest)))
            if not len(origins[-1]):
                raise InvalidWindow(_too_short(len(window), spec, longest, title), (index,))
        return cls(tuple(origins), seasons, found)

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

    def row_seasons(self, told: SentSeasons | None) -> SentSeasons | None:
        """The seasons of the same rows; `told` where there are no earlier origins."""
        if not self.seasons:
            return told
        return [*self.seasons, *(of for of, each in zip(self.seasons, self.origins, strict=True) for _ in each)]

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


def of_window(error: InvalidWindow, replays: Replays) -> InvalidWindow:
    """An error of a row of the batch as one of the window that the row comes from."""
    match error.location:
        case (int() as row, *rest):
            return error.at(("windows", replays.owner(row), *rest))
    return error.within("windows")


def target_values(windows: Windows, spec: ModelSpec) -> list[Array]:
    """Each window's values of the targets, shape (length, targets), NaN where one is missing."""
    targets = list(spec.target_columns)
    return [np.asarray(window, np.float64).reshape(len(window), -1)[:, targets] for window in windows]


def _least_before(spec: ModelSpec, length: int, season: int) -> int:
    """How many values an origin must have before it.

    In a window of any length they are at least half of what is looked at, as fewer say little of how good the window's
    own forecast is, and hold its longest season twice.
    """
    if not spec.any_length:
        return spec.context_length
    return max(spec.least_context, min(length, spec.context_length) // 2, LEAST_CYCLES * season)


def _too_short(length: int, spec: ModelSpec, season: int, title: str) -> str:
    came = f"the window has {length} values; to adapt to it {title} needs at least"
    if spec.any_length:
        return f"{came} {max(2 * MIN_REPLAYS, needed_window(LEAST_CYCLES * season))}"
    return f"{came} {needed_window(spec.context_length)}, and several times its context to gain by it"
