"""One line of the log for each request, as JSON or as text; nothing that was sent can break or forge a line."""

import time
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from pydantic_core import to_json

from service.telemetry.record import RequestRecord
from service.telemetry.trace_context import SpanIds

MAX_PATH = 200  # characters of a path that are logged


class Answered(NamedTuple):
    """A request that has ended, at `ended_s` (seconds since 1970), after `seconds`.

    `path` is as it was sent, and `method` may be any word. `key` names the API key. `span` is the request's own where
    it was traced, else the caller's.
    """

    record: RequestRecord
    method: str
    route: str
    path: bytes
    status: int
    seconds: float
    ended_s: float
    key: str | None = None
    span: SpanIds | None = None


# Makes the line of a request.
LineFormat = Callable[[Answered], str]


def json_line(answered: Answered) -> str:
    """The line as one JSON object. Made by hand: what can hold anything is escaped, all else can't need it."""
    record = answered.record
    parts = [
        f'{{"time":"{utc_text(answered.ended_s)}","level":"info","logger":"rollcast.access","request_id":"{record.request_id}",'
        f'{_asked(answered.method, answered.path)},"route":"{answered.route}","status":{answered.status},'
        f'"duration_ms":{1000 * answered.seconds:.3f}'
    ]
    if answered.span is not None:
        parts.append(f',"trace_id":"{answered.span.trace_id}","span_id":"{answered.span.span_id}"')
    if record.forecast is not None:
        manifest, horizon, windows = record.forecast
        parts.append(f',"model":"{manifest.name}","version":{manifest.version},"horizon":{horizon},"windows":{windows}')
    if record.problem is not None:
        parts.append(f',"problem":"{record.problem}"')
    if answered.key is not None:
        parts.append(f',"key":{_quoted(answered.key)}')
    if record.values is not None:
        parts.append(f',"values":{to_json(record.values).decode()}')
    parts.append("}")
    return "".join(parts)


def text_line(answered: Answered) -> str:
    """The line for people: the same in fewer words."""
    record = answered.record
    line = (
        f"INFO:     {_bare(answered.method[:20])} {_bare(shown(answered.path))} {answered.status} "
        f"{1000 * answered.seconds:.2f} ms request_id={record.request_id}"
    )
    if answered.span is not None:
        line += f" trace_id={answered.span.trace_id}"
    if record.forecast is not None:
        manifest, horizon, windows = record.forecast
        line += f" model={manifest.title} horizon={horizon} windows={windows}"
    if record.problem is not None:
        line += f" problem={record.problem}"
    if answered.key is not None:
        line += f" key={_bare(answered.key)}"
    if record.values is not None:
        line += f" values={to_json(record.values).decode()}"
    return line


@lru_cache(maxsize=256)
def _asked(method: str, path: bytes) -> str:
    """The method and path, which most requests share with others."""
    return f'"method":{_quoted(method[:20])},"path":{_quoted(shown(path))}'


def shown(path: bytes) -> str:
    """A path as it was sent, cut, in ASCII."""
    cut = path[:MAX_PATH].decode("ascii", "backslashreplace")
    return cut if len(path) <= MAX_PATH else f"{cut}..."


def utc_text(time_s: float) -> str:
    """A time, in seconds since 1970, in UTC by ISO 8601 with milliseconds."""
    return f"{_second(int(time_s))}.{int(time_s % 1 * 1000):03d}Z"


@lru_cache(maxsize=4)
def _second(second: int) -> str:
    """A second's text, made once for all requests of that second."""
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))


def _quoted(text: str) -> str:
    """A JSON string."""
    if text.isascii() and text.isprintable() and '"' not in text and "\\" not in text:
        return f'"{text}"'
    return to_json(ascii(text)[1:-1]).decode()


def _bare(text: str) -> str:
    """Text that is one word of a line."""
    return text if text.isascii() and text.isprintable() and " " not in text else ascii(text).replace(" ", "\\x20")
