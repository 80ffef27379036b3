"""Asking again: after which answers, how long, how often. Over a real socket."""

import asyncio
import socket
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import pytest

from rollcast import AsyncClient, Client, ConnectionFailed, Forecast, NotAllowed, Problem, Retries, Unavailable
from rollcast.client.errors import ClientError
from rollcast.client.retries import Attempts, retry_after_s
from tests.rollcast.client.scripted_server import Script, Scripted, scripted_server

GOOD = Scripted(200, {"model": "tiny", "version": 1, "predictions": [5.0]})
BUSY = Scripted(503, {"type": "urn:rollcast:problem:overloaded", "title": "Overloaded"}, {"Retry-After": "0"})
LIMITED = Scripted(429, {"type": "urn:rollcast:problem:rate-limited", "title": "Rate limited"}, {"Retry-After": "0"})
REFUSED = Scripted(503, {"type": "urn:rollcast:problem:refused-version", "title": "Refused version"})
CLOSED = Scripted(0)
QUICK = Retries(backoff_s=0.001)


def ask(script: Script, retries: Retries = QUICK, **options: Any) -> Forecast:
    with Client(script.url, retries=retries, **options) as client:
        return client.predict([1.0, 2.0])


@pytest.mark.parametrize("first", [BUSY, LIMITED, CLOSED], ids=["busy", "limited", "closed"])
def test_what_may_pass_is_asked_again(first: Scripted) -> None:
    with scripted_server(first, first, GOOD) as script:
        assert ask(script).predictions.tolist() == [5.0]
    assert len(script.requests) == 3
    assert script.requests[2][2] == {"window": [1.0, 2.0]}


def test_coroutines_ask_again_too() -> None:
    async def asked(script: Script) -> Forecast:
        async with AsyncClient(script.url, retries=QUICK) as client:
            return await client.predict([1.0, 2.0])

    with scripted_server(CLOSED, BUSY, GOOD) as script:
        assert asyncio.run(asked(script)).predictions.tolist() == [5.0]
    assert len(script.requests) == 3


def test_what_does_not_pass_is_told_at_once() -> None:
    with scripted_server(REFUSED, GOOD) as script, pytest.raises(Unavailable) as raised:
        ask(script)
    assert raised.value.kind == "refused-version"
    assert raised.value.retry_after_s is None
    assert len(script.requests) == 1


def test_attempts_are_bounded() -> None:
    with scripted_server(BUSY) as script, pytest.raises(Unavailable) as raised:
        ask(script, Retries(attempts=3))
    assert len(script.requests) == 3
    assert raised.value.retry_after_s == 0


def test_so_is_the_time_and_a_wait_beyond_it_is_not_begun() -> None:
    later = BUSY._replace(headers={"Retry-After": "30"})
    begun_s = time.monotonic()
    with scripted_server(later) as script, pytest.raises(Unavailable):
        ask(script, Retries(total_s=5))
    assert time.monotonic() - begun_s < 3
    assert len(script.requests) == 1


def test_the_service_says_how_long_to_wait() -> None:
    later = BUSY._replace(headers={"Retry-After": "1"})
    begun_s = time.monotonic()
    with scripted_server(later, GOOD) as script:
        ask(script)
    assert 1 <= time.monotonic() - begun_s < 10


def test_waits_grow_where_nothing_is_said() -> None:
    attempts = Attempts(Retries(backoff_s=1, attempts=4), clock=lambda: 0.0)
    waits = [attempts.after_answer(httpx.Response(429)) for _ in range(4)]
    assert waits[3] is None
    for wait_s, least_s in zip(waits[:3], (1, 2, 4), strict=True):
        assert wait_s is not None
        assert least_s <= wait_s <= 1.25 * least_s


def test_where_nobody_listens_is_told_with_the_address() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
        with Client(url, retries=QUICK) as client, pytest.raises(ConnectionFailed, match=rf"{url} \(5 attempts\)"):
            client.models()


def test_an_answer_that_takes_too_long_is_not_asked_for_again() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with Client(url, timeout_s=0.1) as client, pytest.raises(ConnectionFailed, match="timed out"):
            client.predict([1.0])


@pytest.mark.parametrize(
    ("headers", "expected"), [({}, None), ({"Retry-After": "7"}, 7), ({"Retry-After": "soon"}, None)]
)
def test_a_wait_is_told_in_seconds(headers: Mapping[str, str], expected: float | None) -> None:
    assert retry_after_s(httpx.Response(503, headers=headers)) == expected


def test_or_as_a_date() -> None:
    at = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    wait_s = retry_after_s(httpx.Response(503, headers={"Retry-After": at}))
    assert wait_s is not None
    assert 50 < wait_s <= 60


def test_problems_are_exceptions_with_all_that_is_told() -> None:
    document = {
        "type": "urn:rollcast:problem:invalid-window",
        "title": "Invalid window",
        "status": 422,
        "detail": "window: too short",
        "errors": [{"location": "window", "message": "too short"}],
    }
    with scripted_server(Scripted(422, document, {"X-Request-ID": "abc"})) as script, pytest.raises(Problem) as raised:
        ask(script)
    problem = raised.value
    assert type(problem).__name__ == "InvalidRequest"
    assert (problem.kind, problem.title, problem.status) == ("invalid-window", "Invalid window", 422)
    assert (problem.errors[0].location, problem.request_id) == ("window", "abc")
    assert str(problem) == "Invalid window (422): window: too short"


@pytest.mark.parametrize(
    ("status", "name"), [(401, "NotAllowed"), (404, "NotFound"), (500, "ServiceFailed"), (504, "ServiceFailed")]
)
def test_an_answer_of_a_proxy_is_told_by_its_status(status: int, name: str) -> None:
    with scripted_server(Scripted(status, b"<html>no</html>")) as script, pytest.raises(Problem) as raised:
        ask(script)
    assert type(raised.value).__name__ == name
    assert raised.value.detail == "<html>no</html>"


def test_an_answer_that_is_no_json_is_told() -> None:
    for content in (b"<html>", b"[1]"):
        with scripted_server(Scripted(200, content)) as script, pytest.raises(ClientError, match="service of rollcast"):
            ask(script)


def test_the_key_is_given_or_the_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    with scripted_server(GOOD) as script:
        ask(script)
        monkeypatch.setenv("ROLLCAST_API_KEY", "from-outside")
        ask(script)
        ask(script, api_key="given")
    keys = [headers.get("Authorization") for _, headers, _ in script.requests]
    assert keys == [None, "Bearer from-outside", "Bearer given"]
    assert NotAllowed.__mro__[1] is Problem


def test_an_address_without_a_protocol_is_told() -> None:
    with pytest.raises(ClientError, match="begins with http"):
        Client("127.0.0.1:8000")
