"""The classical methods of statsforecast that a user might pick instead: AutoTheta, AutoETS and MSTL.

They are those of Fiorucci et al. 2016 (doi:10.1016/j.ijforecast.2015.12.003), of Hyndman and Khandakar 2008
(doi:10.18637/jss.v027.i03), and of Bandara, Hyndman and Bergmeir 2021 (arXiv:2107.13462).
"""

import warnings
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.text import listed
from training.extras import require_compare

Array = NDArray[np.float64]

MAX_ETS_SEASON = 24  # statsforecast's ETS has no longer one


class Method(NamedTuple):
    """A way to forecast a series from its own values alone, fitted anew at each call.

    `forecast` takes values without gaps, shape (rows), and a horizon, and gives shape (horizon); it raises whatever the
    library raises. `note` says in words which seasons it knows.
    """

    name: str
    note: str
    forecast: Callable[[Array, int], Array]


def classical_methods(seasons: Sequence[int]) -> tuple[Method, ...]:
    """The methods for a series with these seasons, in steps; MSTL only where there are some. Raises MissingExtra."""
    require_compare()
    # It takes seconds, and brings pandas and statsmodels.
    with _no_warnings():
        from statsforecast.models import MSTL, AutoETS, AutoTheta

    known = sorted(season for season in seasons if season > 1)
    shortest = known[0] if known else 1
    in_ets = shortest if shortest <= MAX_ETS_SEASON else 1
    too_long = "" if in_ets == shortest else f", as it knows none longer than {MAX_ETS_SEASON} steps"
    methods = [
        _method("AutoTheta", _season_note(shortest), AutoTheta(season_length=shortest)),
        _method("AutoETS", f"{_season_note(in_ets)}{too_long}", AutoETS(season_length=in_ets)),
    ]
    if known:
        several = f"seasons of {listed([str(season) for season in known])} steps"
        note = f"{several if len(known) > 1 else _season_note(shortest)}, the rest by AutoETS"
        methods.append(_method("MSTL", note, MSTL(season_length=known)))
    return tuple(methods)


def _season_note(season: int) -> str:
    return f"a season of {season} steps" if season > 1 else "no season"


def _method(name: str, note: str, model: Any) -> Method:
    def forecast(values: Array, horizon: int) -> Array:
        with _no_warnings():
            return np.asarray(model.forecast(y=values, h=horizon)["mean"], np.float64)

    return Method(name, note, forecast)


def _no_warnings() -> AbstractContextManager[None]:
    """Silence: what the library finds odd in a series, a user of rollcast can do nothing about."""
    return warnings.catch_warnings(action="ignore")
