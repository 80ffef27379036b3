"""POST /predict as a stream: a line or an event for each step as it is computed, and one for the end."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing
from typing import Any, NamedTuple

from fastapi import Request, Response
from pydantic_core import from_json, to_json
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from service.dispatch.patience import Patience
from service.forecast_steps import ForecastEnd, ForecastPiece
from service.forecasting import level_name, warnings_of
from service.http import problems
from service.window_seasons import answered_seasons, is_found

Piece = ForecastPiece | ForecastEnd


class StreamFormat(NamedTuple):
    """A media type, and how an event (step, done or error) with its JSON is written."""

    media_type: str
    write: Callable[[str, dict[str, Any]], bytes]


def _line(_: str, document: dict[str, Any]) -> bytes:
    return to_json(document) + b"\n"


def _event(name: str, document: dict[str, Any]) -> bytes:
    return b"event: %s\ndata: %s\n\n" % (name.encode(), to_json(document))


NDJSON = StreamFormat("application/x-ndjson", _line)
EVENTS = StreamFormat("text/event-stream", _event)
_FORMATS = {each.media_type: each for each in (NDJSON, EVENTS)}
_PLAIN = frozenset({"application/json", "application/*", "*/*"})

EXAMPLES = {
    NDJSON.media_type: '{"step":1,"prediction":4650.5,"timestamp":"2012-01-31T14:00:00+11:00"}\n'
    '{"step":2,"prediction":4581.25,"timestamp":"2012-01-31T14:30:00+11:00"}\n'
    '{"done":true,"model":"demand","version":2}\n',
    EVENTS.media_type: 'event: step\ndata: {"step":1,"prediction":4650.5}\n\n'
    'event: done\ndata: {"done":true,"model":"demand","version":2}\n\n',
}
# As FastAPI documents what a route answers.
DOCUMENTED: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            media_type: {"schema": {"type": "string"}, "examples": {"two steps": {"value": example}}}
            for media_type, example in EXAMPLES.items()
        }
    }
}


def stream_format(scope: Scope) -> StreamFormat | None:
    """The kind of stream that a request prefers to plain JSON; None where it does not ask for one."""
    accept: bytes = next((value for name, value in scope["headers"] if name == b"accept"), b"").lower()
    if b"ndjson" not in accept and b"event-stream" not in accept:
        return None
    asked = []
    for part in accept.decode("latin-1").split(","):
        media_type, *parameters = (each.strip() for each in part.split(";"))
        quality = next((each[2:] for each in parameters if each.startswith("q=")), "1")
        if (media_type in _FORMATS or media_type in _PLAIN) and not _is_zero(quality):
            asked.append((-_number(quality), media_type))
    return _FORMATS.get(min(asked, key=lambda each: each[0])[1]) if asked else None


class StreamedForecast(Response):
    """The answer of a request whose first piece is there; what fails later ends the stream with the problem."""

    def __init__(
        self, pieces: AsyncGenerator[Piece], first: Piece, written: StreamFormat, deadline: float, *, many: bool
    ) -> None:
        # Proxies such as nginx would collect lines.
        super().__init__(headers={"X-Accel-Buffering": "no"}, media_type=written.media_type)
        del self.headers["content-length"]
        self._pieces, self._first, self._written, self._many = pieces, first, written, many
        self._deadline = deadline

    @classmethod
    async def begun(
        cls, pieces: AsyncGenerator[Piece], written: StreamFormat, deadline: float, *, many: bool
    ) -> "StreamedForecast":
        """Wait for the first piece: what fails until then is an answer of its own. Raises what it raises.

        `deadline` is when the stream is given up, on the event loop's clock.
        """
        return cls(pieces, await anext(pieces), written, deadline, many=many)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the pieces as they come."""
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        try:
            with Patience(max(0.0, self._deadline - asyncio.get_running_loop().time()), receive):
                async with aclosing(self._pieces) as pieces:
                    await self._send(send, self._first)
                    async for piece in pieces:
                        await self._send(send, piece)
        except ClientDisconnect:
            return
        except (Exception, asyncio.CancelledError) as error:
            problem = await problems.error_response(Request(scope), error)
            last = self._written.write("error", {"error": from_json(bytes(problem.body))})
            await send({"type": "http.response.body", "body": last, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    async def _send(self, send: Send, piece: Piece) -> None:
        if isinstance(piece, ForecastEnd):
            body = self._written.write("done", self._end(piece))
        else:
            body = b"".join(self._written.write("step", each) for each in self._steps(piece))
        await send({"type": "http.response.body", "body": body, "more_body": True})

    def _steps(self, piece: ForecastPiece) -> Iterator[dict[str, Any]]:
        """Each step of each window; one window's has no index."""
        squeezed = 0 if piece.predictions.shape[-1] == 1 else slice(None)
        values = piece.predictions[..., squeezed].tolist()
        intervals = {
            level_name(level): (bounds.lower[..., squeezed].tolist(), bounds.upper[..., squeezed].tolist())
            for level, bounds in piece.intervals.items()
        }
        for index in range(piece.predictions.shape[1]):
            for window, steps in enumerate(values):
                step: dict[str, Any] = {"window": window} if self._many else {}
                step |= {"step": piece.first + index + 1, "prediction": steps[index]}
                if intervals:
                    step["intervals"] = {
                        level: {"lower": lower[window][index], "upper": upper[window][index]}
                        for level, (lower, upper) in intervals.items()
                    }
                if piece.timestamps is not None:
                    step["timestamp"] = piece.timestamps[window][index]
                yield step

    def _end(self, end: ForecastEnd) -> dict[str, Any]:
        warnings = warnings_of(end.manifest, end.out_of_range, end.unseen, many=self._many)
        told = {"done": True, "model": end.manifest.name, "version": end.manifest.version}
        if is_found(end.found):
            told["season"] = answered_seasons(end.found, many=self._many)
        return {**told, "warnings": warnings} if warnings else told


def _number(quality: str) -> float:
    try:
        return float(quality)
    except ValueError:
        return 1.0


def _is_zero(quality: str) -> bool:
    return _number(quality) <= 0
