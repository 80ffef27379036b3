"""A window's times as they were sent: timestamps, or an end, as texts; read into the window's time index."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from models.errors import InvalidRequest, Location
from models.spec.model_spec import ModelSpec
from models.timeseries.frequency import Frequency, parse_frequency
from models.timeseries.spacing import infer_time_index
from models.timeseries.time_index import TimeIndex


class WindowTimes(NamedTuple):
    """What tells a window's times: each value's time or the last one's, in ISO 8601, and the time between values."""

    timestamps: Sequence[str] | None = None
    end: str | None = None
    freq: str | None = None

    def time_index(self, values: int, spec: ModelSpec) -> TimeIndex:
        """The time index of a window of `values` values.

        Only the timestamps of values that the model sees are read, but there must be one for each value. Where the
        frequency is not told it is the model's, or what the timestamps show. Raises InvalidRequest, whose location
        begins with the name of the field.
        """
        frequency, usual = self.frequency(), None if spec.frequency is None else parse_frequency(spec.frequency)
        if self.timestamps is not None:
            return _through(self.timestamps, values, spec.context_length, frequency, usual)
        if self.end is None:
            raise InvalidRequest("freq came without a time: send end, the last value's time, with it", ("freq",))
        return TimeIndex(_moment(self.end, ("end",)), _known(frequency, usual))

    def frequency(self) -> Frequency | None:
        """The time between values, where it was sent. Raises InvalidRequest, its location ("freq",)."""
        try:
            return None if self.freq is None else parse_frequency(self.freq)
        except ValueError as error:
            raise InvalidRequest(str(error), ("freq",)) from None


def freq_alone(times: Sequence[WindowTimes]) -> bool:
    """Whether the time between values came with every window, and no time."""
    return all(each.freq is not None and each.timestamps is None and each.end is None for each in times)


def _through(
    timestamps: Sequence[str], values: int, context: int, frequency: Frequency | None, usual: Frequency | None
) -> TimeIndex:
    """The time index that a window's timestamps tell."""
    if len(timestamps) != values or not timestamps:
        raise InvalidRequest(
            f"expected one for each of the window's {values} values, but {len(timestamps)} came", ("timestamps",)
        )
    if len(timestamps) == 1:
        return TimeIndex(_moment(timestamps[0], ("timestamps", 0)), _known(frequency, usual))
    first = max(0, len(timestamps) - max(context, 2))  # it takes two to tell a frequency
    moments = [_moment(text, ("timestamps", index)) for index, text in enumerate(timestamps[first:], start=first)]
    try:
        return infer_time_index(moments, frequency, usual)
    except InvalidRequest as error:
        raise error.at(("timestamps", *(first + int(index) for index in error.location))) from None


def _known(frequency: Frequency | None, usual: Frequency | None) -> Frequency:
    found = frequency or usual
    if found is None:
        raise InvalidRequest("one time needs freq, the time between values, such as 30m, 1d or 1mo", ("freq",))
    return found


def _moment(text: str, location: Location) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidRequest(
            "expected a date or a time that exists, in ISO 8601, such as 2012-01-31 or 2012-01-31T13:30+11:00", location
        ) from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
