"""What clocks in a time zone show."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from models.timeseries.month_days import Times

# Days for which the zone is asked at once. A zone has changed its clocks and changed them back within a week, but
# never within 4 days.
_SPAN = 4


def check_timezone(name: str) -> str:
    """Return the name itself, if it is that of an IANA time zone. Raises ValueError."""
    try:
        ZoneInfo(name)
    except (OSError, ValueError, LookupError) as error:  # ZoneInfoNotFoundError is a KeyError
        raise ValueError("a timezone is an IANA name such as Europe/Berlin, Australia/Melbourne or UTC") from error
    return name


def local_clock(times: Times, zone: str) -> Times:
    """What clocks in an IANA time zone show at UTC times of any shape, in the years 2 to 9998."""
    if zone == "UTC":
        return times
    info = ZoneInfo(zone)
    # Asking the zone for each time is slow, so it is asked at the edges of spans, and for each time only in spans in
    # which the clocks change.
    spans = times.astype("M8[D]").astype(np.int64) // _SPAN
    edges = np.unique(np.stack([spans, spans + 1]))
    known = _offsets((edges * _SPAN).astype("M8[D]"), info)
    offsets, after = (known[np.searchsorted(edges, each)] for each in (spans, spans + 1))
    changing = offsets != after
    offsets[changing] = _offsets(times[changing], info)
    return np.asarray(times + offsets, "M8[us]")


def _offsets(times: NDArray[np.datetime64], info: ZoneInfo) -> NDArray[np.timedelta64]:
    """The zone's offsets from UTC at these times."""
    utc: list[datetime] = times.astype("M8[us]").astype(datetime).tolist()
    return np.array([at.replace(tzinfo=UTC).astimezone(info).utcoffset() for at in utc], "m8[us]")
