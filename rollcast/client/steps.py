"""A forecast that comes step by step: the lines of a stream, read one after another."""

import json
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import Self

import httpx
import numpy as np
from numpy.typing import NDArray

from rollcast.client.errors import ClientError, ConnectionFailed, problem_from
from rollcast.client.forecast import Interval, Season, season_of, time_of
from rollcast.client.request import Source

MEDIA_TYPE = "application/x-ndjson"
_CUT = "the stream ended before its last step: the connection broke, or the service was stopped"


@dataclass(frozen=True, eq=False)
class Step:
    """One step of a forecast, counted from 1: its prediction and bounds are arrays of no axis, or of (targets)."""

    step: int
    prediction: NDArray[np.float64]
    intervals: Mapping[float, Interval] = field(default_factory=dict)
    timestamp: datetime | None = None


class _Stream:
    """What both kinds of stream share: who answers, and how a line is read."""

    def __init__(self, response: httpx.Response, source: Source) -> None:
        self._response, self._source = response, source
        self.model: str | None = None  # known once the last step has come, as are the others
        self.version: int | None = None
        self.warnings: Sequence[str] = ()
        self.season: Season = None

    def _read(self, line: str) -> Step | None:
        """The step of a line; None for the last one. Raises Problem where the line tells one, and ClientError."""
        try:
            told = json.loads(line)
            if "error" in told:
                raise problem_from(told["error"], int(told["error"].get("status", 500)))
            if told.get("done"):
                self.model, self.version = told["model"], told["version"]
                self.warnings = tuple(told.get("warnings", ()))
                self.season = season_of(told.get("season"))
                return None
            intervals = {
                float(level): Interval(*(np.asarray(bounds[side], np.float64) for side in Interval._fields))
                for level, bounds in told.get("intervals", {}).items()
            }
            timestamp = time_of(told["timestamp"], self._source) if "timestamp" in told else None
            return Step(told["step"], np.asarray(told["prediction"], np.float64), intervals, timestamp)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ClientError(f"this is no step of a forecast of rollcast: {error!r}") from error


class StepStream(_Stream):
    """The steps of a forecast as they are computed; closed by a `with`, or once the last one has come.

    Raises Problem where the service tells one after the first step, ConnectionFailed where the connection breaks.
    """

    def __iter__(self) -> Iterator[Step]:
        """Wait for one step after another."""
        try:
            for line in self._response.iter_lines():
                if (step := self._read(line)) is None:
                    return
                yield step
        except httpx.TransportError as error:
            raise ConnectionFailed(_CUT) from error
        finally:
            self.close()
        raise ConnectionFailed(_CUT)

    def close(self) -> None:
        """End the stream; the service then stops to compute it."""
        self._response.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        self.close()


class AsyncStepStream(_Stream):
    """The same for coroutines: `async for`, and closed by an `async with`."""

    async def __aiter__(self) -> AsyncIterator[Step]:
        """Wait for one step after another."""
        try:
            async for line in self._response.aiter_lines():
                if (step := self._read(line)) is None:
                    return
                yield step
        except httpx.TransportError as error:
            raise ConnectionFailed(_CUT) from error
        finally:
            await self.aclose()
        raise ConnectionFailed(_CUT)

    async def aclose(self) -> None:
        """End the stream; the service then stops to compute it."""
        await self._response.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        await self.aclose()
