"""A request's times: timestamps, or ends and frequencies, as the axes that its windows' values lie on."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from models.errors import InvalidRequest
from models.spec.model_spec import ModelSpec
from models.timeseries.frequency import Frequency, parse_frequency
from models.timeseries.spacing import infer_time_index
from models.timeseries.time_index import TimeIndex
from service.schemas.predict import PredictRequest

_FORMS = ("text", "a list of texts", "a list of lists of texts")

Place = tuple[str | int, ...]


def read_axes(asked: PredictRequest, spec: ModelSpec) -> list[TimeIndex] | None:
    """The axis of each window, or None where no times were sent.

    Only the timestamps of values that the model sees are read, but there must be one for each value. Raises
    InvalidRequest, its location the place in the request.
    """
    if not asked.timed:
        return None
    if asked.timestamps is not None and asked.end is not None:
        raise InvalidRequest(
            "send either timestamps (each value's time) or end (the last value's), but both came", ("timestamps",)
        )
    if asked.timestamps is None and asked.end is None:
        raise InvalidRequest("freq came without a time: send end, the last value's time, with it", ("freq",))
    usual = None if spec.frequency is None else parse_frequency(spec.frequency)
    name = "end" if asked.timestamps is None else "timestamps"
    axes = []
    for place, (sent, frequency) in enumerate(zip(_each(asked, name), _frequencies(asked), strict=True)):
        where: Place = (name,) if asked.windows is None else (name, place)
        if name == "timestamps":
            window: Any = asked.window if asked.windows is None else asked.windows[place]
            axis = _axis_of(sent, len(window), spec.context_length, frequency, usual, where)
        else:
            axis = TimeIndex(_moment(sent, where), _known(frequency, usual))
        axes.append(axis)
    return axes


def times_ahead(asked: PredictRequest, axes: Sequence[TimeIndex]) -> list[list[str]]:
    """The time of each window's predictions, in ISO 8601. Raises InvalidRequest, its location as in `read_axes`."""
    found = []
    for place, axis in enumerate(axes):
        try:
            found.append(axis.ahead(asked.horizon))
        except InvalidRequest as error:  # they would pass the last year
            raise InvalidRequest(str(error), place_of_times(asked, ("end", place))) from None
    return found


def place_of_times(asked: PredictRequest, location: Place) -> Place:
    """Where in the request the fault of an axis lies, as it was sent; the forecaster knows an axis only."""
    if not location:
        return location
    name, *window = location
    if getattr(asked, str(name)) is None and (asked.timestamps is not None or asked.end is not None):
        name = "end" if asked.timestamps is None else "timestamps"
    listed = asked.windows is not None and isinstance(getattr(asked, str(name)), list)
    return (name, *window) if listed else (name,)


def _axis_of(
    sent: Sequence[str], values: int, context: int, frequency: Frequency | None, usual: Frequency | None, where: Place
) -> TimeIndex:
    """The axis that a window's timestamps tell."""
    if len(sent) != values or not sent:
        raise InvalidRequest(f"expected one for each of the window's {values} values, but {len(sent)} came", where)
    if len(sent) == 1:
        return TimeIndex(_moment(sent[0], (*where, 0)), _known(frequency, usual))
    first = max(0, len(sent) - max(context, 2))  # it takes two to tell a frequency
    moments = [_moment(text, (*where, place)) for place, text in enumerate(sent[first:], start=first)]
    try:
        return infer_time_index(moments, frequency, usual)
    except InvalidRequest as error:
        raise InvalidRequest(str(error), (*where, *(first + int(place) for place in error.location))) from None


def _known(frequency: Frequency | None, usual: Frequency | None) -> Frequency:
    found = frequency or usual
    if found is None:
        raise InvalidRequest("one time needs freq, the time between values, such as 30m, 1d or 1mo", ("freq",))
    return found


def _moment(text: str, where: Place) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidRequest(
            "expected a date or a time that exists, in ISO 8601, such as 2012-01-31 or 2012-01-31T13:30+11:00", where
        ) from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _each(asked: PredictRequest, name: str) -> Sequence[Any]:
    """What was sent for each window: a text, or for timestamps a list of texts."""
    sent = getattr(asked, name)
    needed = (name == "timestamps") + (asked.windows is not None)
    came = 0 if isinstance(sent, str) else 2 if sent and isinstance(sent[0], list) else 1
    if came != needed:
        beside = "window" if asked.windows is None else "windows"
        raise InvalidRequest(f"expected {_FORMS[needed]} with {beside}, but {_FORMS[came]} came", (name,))
    each: Sequence[Any] = [sent] if asked.windows is None else sent
    if len(each) != asked.count:
        raise InvalidRequest(f"expected one for each of the {asked.count} windows, but {len(each)} came", (name,))
    return each


def _frequencies(asked: PredictRequest) -> Sequence[Frequency | None]:
    """The frequency sent for each window, or for all."""
    if asked.freq is None:
        return [None] * asked.count
    shared = isinstance(asked.freq, str)
    found = []
    for place, text in enumerate([asked.freq] if shared else _each(asked, "freq")):
        try:
            found.append(parse_frequency(text))
        except ValueError as error:
            raise InvalidRequest(str(error), ("freq",) if shared else ("freq", place)) from None
    return found * asked.count if shared else found
