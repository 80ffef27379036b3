"""The time between values as pandas and polars write it, such as 30min, MS or W-SUN."""

import re

from models.timeseries.frequency import Frequency, parse_frequency

# Which day of its month or week a time lies on, the first time tells.
_UNITS = {
    "us": ("us", "U"),
    "ms": ("ms", "L"),
    "s": ("s", "S"),
    "m": ("min", "T", "m"),
    "h": ("h", "H"),
    "d": ("D", "d"),
    "w": ("W", "w"),
    "mo": ("MS", "ME", "M"),
    "q": ("QS", "QE", "Q", "q"),
    "y": ("YS", "YE", "Y", "AS", "A", "y"),
}
_BY_ALIAS = {alias: unit for unit, aliases in _UNITS.items() for alias in aliases}
_OFFSET = re.compile(r"([0-9]{0,9})([A-Za-z]+)(-[A-Z]{3})?")


def frequency_of(text: str) -> Frequency | None:
    """The frequency that an offset is; None where it is none, or not of one length, as business days are."""
    try:
        return parse_offset(text)
    except ValueError:
        return None


def parse_offset(text: str) -> Frequency:
    """Read an offset. Raises ValueError where it is none, or not of one length, as business days are."""
    found = _OFFSET.fullmatch(text)
    if found is None or found[2] not in _BY_ALIAS:
        return parse_frequency(text)
    return parse_frequency(f"{found[1] or 1}{_BY_ALIAS[found[2]]}")
