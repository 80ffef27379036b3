"""Reading a body, message by message."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive

from service.http import body as module
from service.http.body import read_json
from service.http.problems import BODY_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE, ProblemException

pytestmark = pytest.mark.anyio

JSON = {b"content-type": b"application/json"}


class Client:
    """Sends a body in chunks, or goes away after them."""

    def __init__(self, *chunks: bytes, leaves: bool = False) -> None:
        last = len(chunks) - 1
        self._messages: list[Message] = [
            {"type": "http.request", "body": chunk, "more_body": leaves or number < last}
            for number, chunk in enumerate(chunks)
        ]
        if leaves:
            self._messages.append({"type": "http.disconnect"})
        self.read = 0

    @property
    def receive(self) -> Receive:
        """The next message, as a server gives it; there is none after the last."""

        async def receive() -> Message:
            self.read += 1
            return self._messages[self.read - 1]

        return receive


async def read(client: Client, limit_bytes: int = 8, headers: Mapping[bytes, bytes] = JSON) -> bytes:
    scope: dict[str, Any] = {"type": "http", "headers": list(headers.items())}
    return await read_json(scope, client.receive, limit_bytes)


async def refused(client: Client, limit_bytes: int = 8, headers: Mapping[bytes, bytes] = JSON) -> ProblemException:
    """The problem that a body is refused with."""
    with pytest.raises(ProblemException) as caught:
        await read(client, limit_bytes, headers)
    return caught.value


@pytest.mark.parametrize(
    "content_type",
    [
        b"application/json",
        b"application/json; charset=utf-8",
        b"application/json;charset=UTF-8",
        b"Application/JSON ; charset=utf-8",
        b" application/json",
    ],
)
async def test_json_is_json_whatever_its_parameters_and_its_case(content_type: bytes) -> None:
    assert await read(Client(b"{}"), headers={b"content-type": content_type}) == b"{}"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {b"content-type": b""},
        {b"content-type": b"text/plain"},
        {b"content-type": b"application/x-www-form-urlencoded"},
        {b"content-type": b"application/jsonl"},
        {b"content-type": b"application/problem+json"},
        {b"content-type": b"text/plain; application/json"},
        {b"accept": b"application/json"},
    ],
)
async def test_another_content_type_is_refused_before_anything_is_read(headers: Mapping[bytes, bytes]) -> None:
    client = Client(b"{}")
    problem = await refused(client, headers=headers)
    assert problem.kind == UNSUPPORTED_MEDIA_TYPE
    assert "send the header Content-Type: application/json" in problem.detail
    assert client.read == 0


async def test_chunks_are_put_together_in_their_order() -> None:
    assert await read(Client(b"{", b"", b'"a":', b"1}")) == b'{"a":1}'


async def test_a_message_without_a_body_is_an_empty_one() -> None:
    messages: Iterator[Message] = iter([{"type": "http.request"}])

    async def receive() -> Message:
        return next(messages)

    scope: dict[str, Any] = {"type": "http", "headers": list(JSON.items())}
    assert await read_json(scope, receive, 8) == b""


async def test_a_body_of_just_the_limit_is_read() -> None:
    assert await read(Client(b"1234", b"5678")) == b"12345678"


@pytest.mark.parametrize("chunks", [[b"123456789"], [b"1234", b"56789"], [b"1234", b"5678", b"9", b""]])
async def test_a_body_that_is_too_large_is_read_away_before_it_is_refused(chunks: list[bytes]) -> None:
    client = Client(*chunks)
    problem = await refused(client)
    assert problem.kind == BODY_TOO_LARGE
    assert problem.detail == "the body may have at most 8 bytes; send fewer windows at a time"
    assert problem.headers == {"Connection": "close"}
    assert client.read == len(chunks)


async def test_of_a_body_that_is_far_too_large_no_more_is_read_away_than_the_bound(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "DISCARD_BYTES", 12)
    up_to_it, beyond = Client(b"1234", b"5678", b"9abc", b""), Client(b"1234", b"5678", b"9abc", b"d", b"never sent")
    assert (await refused(up_to_it)).kind == BODY_TOO_LARGE
    assert (await refused(beyond)).kind == BODY_TOO_LARGE
    assert (up_to_it.read, beyond.read) == (4, 4)


async def test_a_limit_above_the_bound_is_still_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "DISCARD_BYTES", 4)
    assert await read(Client(b"123", b"456", b"78")) == b"12345678"
    client = Client(b"123", b"456", b"789", b"never read")
    assert (await refused(client)).kind == BODY_TOO_LARGE
    assert client.read == 3


@pytest.mark.parametrize("expect", [b"100-continue", b"100-Continue"])
async def test_who_asks_before_sending_too_much_is_told_at_once(expect: bytes) -> None:
    client = Client(b"123456789")
    problem = await refused(client, headers={**JSON, b"expect": expect, b"content-length": b"9"})
    assert (problem.kind, problem.headers) == (BODY_TOO_LARGE, {"Connection": "close"})
    assert client.read == 0


@pytest.mark.parametrize(
    "more",
    [
        {b"expect": b"100-continue", b"content-length": b"8"},
        {b"expect": b"100-continue"},
        {b"expect": b"100-continue", b"content-length": b"many"},
        {b"expect": b"the unexpected", b"content-length": b"9"},
        {b"content-length": b"9"},
    ],
)
async def test_whoever_else_is_read_and_judged_by_what_was_sent(more: Mapping[bytes, bytes]) -> None:
    assert await read(Client(b"12345678"), headers={**JSON, **more}) == b"12345678"


@pytest.mark.parametrize("chunks", [[], [b"12"], [b"12345", b"6789", b"x"]])
async def test_a_client_that_goes_away_while_it_sends_is_neither_read_nor_refused(chunks: list[bytes]) -> None:
    client = Client(*chunks, leaves=True)
    with pytest.raises(ClientDisconnect):
        await read(client)
    assert client.read == len(chunks) + 1
