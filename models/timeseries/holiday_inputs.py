"""Public holidays as an input: whether the local day of a time is one."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from models.timeseries.local_time import local_clock
from models.timeseries.month_days import Times


def check_holidays(place: str) -> str:
    """Return the text itself, if it names a country's holidays, or a part's of it: AU or AU-VIC. Raises ValueError."""
    _holidays_of_year(place, 2024)
    return place


def holiday_inputs(times: Times, place: str, zone: str) -> NDArray[np.float32]:
    """1 for each UTC time, of any shape, that lies on a holiday by the clocks of a zone, else 0: shape (…, 1)."""
    days = local_clock(times, zone).astype("M8[D]")
    years = np.unique(days.astype("M8[Y]")).astype(int) + 1970
    known = np.concatenate([_holidays_of_year(place, int(year)) for year in years])
    return np.isin(days, known).astype(np.float32)[..., None]


@lru_cache(maxsize=1_024)
def _holidays_of_year(place: str, year: int) -> NDArray[np.datetime64]:
    """The holidays of a year, shape (days). Raises ValueError where the place has none that are known."""
    import holidays  # takes a while, and few models need it

    country, _, part = place.partition("-")
    try:
        found = holidays.country_holidays(country, subdiv=part or None, years=year)
    except (NotImplementedError, KeyError) as error:
        raise ValueError(
            "holidays are those of a country or of a part of it, by their ISO 3166 codes, such as AU, AU-VIC or DE-BY"
        ) from error
    return np.array(sorted(found), "M8[D]")
