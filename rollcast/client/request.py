"""What is asked of POST /predict: a series and some options as its JSON, and what to read the answer with."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import tzinfo
from typing import Any, NamedTuple, TypedDict

import numpy as np

from rollcast.client.errors import ClientError
from rollcast.client.series import (
    Library,
    Time,
    Times,
    Values,
    Window,
    time_text,
    times_of,
    values_of,
    window_of,
    zone_of,
)


class _CommonOptions(TypedDict, total=False):
    model: str | None
    horizon: int
    levels: Sequence[float] | None
    adapt: bool
    paths: int | None
    seed: int | None


class ForecastOptions(_CommonOptions, total=False):
    """What a forecast of one series may be asked for, as docs/api.md has it.

    `timestamps` are not needed beside a pandas series that has them. `season` is how many values a season has, or
    several such numbers, for models that take windows of any season. `past` and `future` are values of covariates by
    their names, `static` one value each.
    """

    timestamps: Times | None
    end: Time | None
    freq: str | None
    season: int | Sequence[int] | None
    future: Mapping[str, Values] | None
    past: Mapping[str, Values] | None
    static: Mapping[str, float | bool | str] | None


class ManyOptions(_CommonOptions, total=False):
    """The same of many series: times, seasons and covariates are lists, with one item for each.

    `freq` and `season` may be one for all; an item of `season` is a number, several of them, or None.
    """

    timestamps: Sequence[Times] | None
    end: Sequence[Time] | None
    freq: str | Sequence[str] | None
    season: int | Sequence[int | Sequence[int] | None] | None
    future: Sequence[Mapping[str, Values]] | None
    past: Sequence[Mapping[str, Values]] | None
    static: Sequence[Mapping[str, float | bool | str]] | None


class Source(NamedTuple):
    """What a series was, so that its forecast can be told alike: its library, and its last time."""

    library: Library | None = None
    last_time: Any = None

    @property
    def zone(self) -> tzinfo | None:
        """The time zone of its times; None where these have none."""
        found: tzinfo | None = None if self.last_time is None else zone_of(self.last_time)
        return found


class Asked(NamedTuple):
    """A request: its JSON, and what each of its series was."""

    body: dict[str, Any]
    sources: list[Source]


def asked_of(window: Window, options: ForecastOptions) -> Asked:
    """The request for one series. Raises ClientError where the series is no window."""
    _check(options, ForecastOptions)
    sent = window_of(window)
    times = _given_times(options.get("timestamps"), options.get("end"), sent.times)
    body = {"window": sent.values, **_told(options), **_time_fields([times], lambda each: each[0])}
    for name, known in (("future", options.get("future")), ("past", options.get("past"))):
        if known is not None:
            body[name] = _covariates(known)
    return Asked(body, [Source(sent.library, times.last)])


def asked_of_many(windows: Sequence[Window], options: ManyOptions) -> Asked:
    """The request for many series. Raises ClientError likewise."""
    _check(options, ManyOptions)
    sent = [window_of(window) for window in windows]
    timestamps, ends = options.get("timestamps"), options.get("end")
    for name, each in (("timestamps", timestamps), ("end", ends)):
        if each is not None and len(each) != len(sent):
            raise ClientError(f"{name} must be a list with one item for each of the {len(sent)} series")
    times = [
        _given_times(
            None if timestamps is None else timestamps[index], None if ends is None else ends[index], window.times
        )
        for index, window in enumerate(sent)
    ]
    if len({(each.timestamps is None, each.end is None) for each in times}) > 1:
        raise ClientError("some series have times and others none: give them all, or leave all out")
    body = {"windows": [each.values for each in sent], **_told(options), **_time_fields(times, list)}
    for name, known in (("future", options.get("future")), ("past", options.get("past"))):
        if known is not None:
            body[name] = [_covariates(each) for each in known]
    sources = [Source(each.library, time.last) for each, time in zip(sent, times, strict=True)]
    return Asked(body, sources)


def to_json(body: Mapping[str, Any]) -> bytes:
    """A body's bytes. Raises ClientError where it can't be JSON."""
    try:
        return json.dumps(body, allow_nan=False, separators=(",", ":"), default=_number).encode()
    except (TypeError, ValueError) as error:
        raise ClientError(f"the request can't be sent as JSON: {error}") from error


class _SentTimes(NamedTuple):
    """A window's times: of all values, or of the last one."""

    timestamps: list[Any] | None = None
    end: Any = None

    @property
    def last(self) -> Any:
        return self.timestamps[-1] if self.timestamps else self.end


def _given_times(timestamps: Times | None, end: Any, own: list[Any] | None) -> _SentTimes:
    """What tells a window's times: what was given, else what came with it."""
    if timestamps is not None:
        return _SentTimes(times_of(timestamps), end)
    return _SentTimes(None if end is not None else own, None if end is None else times_of([end])[0])


def _time_fields(times: Sequence[_SentTimes], shaped: Callable[[list[Any]], Any]) -> dict[str, Any]:
    """The fields of times, where there are any."""
    fields: dict[str, Any] = {}
    if times and times[0].timestamps is not None:
        fields["timestamps"] = shaped([[time_text(time) for time in each.timestamps or ()] for each in times])
    if times and times[0].end is not None:
        fields["end"] = shaped([time_text(each.end) for each in times])
    return fields


def _told(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options that are sent as they are: those that say something."""
    told = ("model", "horizon", "levels", "adapt", "paths", "seed", "freq", "season", "static")
    found = {name: options[name] for name in told if options.get(name) is not None}
    return found | {name: _listed(found[name]) for name in ("levels", "season") if name in found}


def _covariates(known: Mapping[str, Values]) -> dict[str, list[Any]]:
    return {name: values_of(values) for name, values in known.items()}


def _listed(value: Any) -> Any:
    """Lists in place of other sequences, also inside of one."""
    if isinstance(value, str) or not isinstance(value, Sequence | np.ndarray):
        return value
    return [_listed(each) for each in value]


def _number(value: object) -> object:
    """A number of numpy as one of Python."""
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{type(value).__name__} is no number, text or list")


def _check(options: Mapping[str, Any], known: type) -> None:
    for name in options:
        if name not in known.__annotations__ and name not in _CommonOptions.__annotations__:
            raise TypeError(f"there is no option {name!r}")
