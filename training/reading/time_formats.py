"""The ways that a row's time may be written: ISO 8601, and weeks, months and quarters as tables often have them."""

import re
from datetime import date, datetime

EXAMPLES = "2012-01-31, 2012-01-31T13:30+11:00, 1991 W06, 1960 Jan, 1956 Q1 or 1998"

_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_PERIOD = re.compile(
    r"(\d{4})(?:[ -]?W(\d{1,2})|[ -]?Q([1-4])|[ -]?M(\d{1,2})|-(\d{2})|[ -]?([A-Za-z]{3,9}))?", re.ASCII
)


def parse_time(text: str) -> datetime:
    """The time that a text tells; of a week, a month, a quarter or a year its first day. Raises ValueError.

    A week is that of ISO 8601, from Monday on. Months have English names, or the first three letters of them.
    """
    period = _PERIOD.fullmatch(text)
    if period is None:
        return datetime.fromisoformat(text)
    year, (week, quarter, month, numbered, name) = int(period[1]), period.groups()[1:]
    if week:
        day = date.fromisocalendar(year, int(week), 1)
        return datetime(day.year, day.month, day.day)
    if quarter:
        return datetime(year, 3 * int(quarter) - 2, 1)
    if name:
        return datetime(year, _month(name.lower()), 1)
    return datetime(year, int(month or numbered or 1), 1)


def _month(name: str) -> int:
    """The number of a month by its name. Raises ValueError."""
    found = [number for number, known in enumerate(_MONTHS, start=1) if name in (known, known[:3])]
    if not found:
        raise ValueError(f"{name} is no month")
    return found[0]
