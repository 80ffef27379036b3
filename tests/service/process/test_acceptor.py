"""Taking connections, also where files have run out."""

import asyncio
import errno
import logging
import os
import socket
from collections.abc import Iterator

import pytest

from service.connections.table import Connections, Limits
from service.process.acceptor import PAUSE_S, Acceptor
from service.settings import Settings

pytestmark = pytest.mark.anyio


class Greeter(asyncio.Protocol):
    """Says hello to whoever comes."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(b"hello")
        transport.close()


class ShortOfFiles(socket.socket):
    """A listening socket that has no file for a new connection, so many times."""

    failures = 0

    def accept(self) -> tuple[socket.socket, object]:
        if self.failures:
            self.failures -= 1
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
        return super().accept()


@pytest.fixture
def listener() -> Iterator[ShortOfFiles]:
    with ShortOfFiles() as listener:
        listener.bind(("127.0.0.1", 0))
        yield listener


async def hear(listener: socket.socket) -> bytes:
    reader, writer = await asyncio.open_connection(*listener.getsockname())
    try:
        return await asyncio.wait_for(reader.read(), 5)
    finally:
        writer.close()


def connections(most: int = 100) -> Connections:
    return Connections(Limits.of(Settings(max_connections=most)))


async def test_who_comes_is_greeted(listener: ShortOfFiles) -> None:
    table = connections()
    acceptor = Acceptor([listener], Greeter, table, None)
    assert await asyncio.gather(*[hear(listener) for _ in range(40)]) == [b"hello"] * 40
    assert table.shaking_hands == 0
    acceptor.close()


async def test_where_files_run_out_those_who_wait_are_greeted_later(
    listener: ShortOfFiles, caplog: pytest.LogCaptureFixture
) -> None:
    acceptor = Acceptor([listener], Greeter, connections(), None)
    listener.failures = 3
    with caplog.at_level(logging.WARNING, "rollcast"):
        assert await asyncio.gather(*[hear(listener) for _ in range(3)]) == [b"hello"] * 3
    assert listener.failures == 0
    (record,) = caplog.records
    assert record.getMessage() == "connections can't be accepted for the moment: Too many open files"
    acceptor.close()


async def test_where_files_run_out_the_loop_goes_on_without_turning_for_nothing(listener: ShortOfFiles) -> None:
    acceptor = Acceptor([listener], Greeter, connections(), None)
    listener.failures = 1_000_000
    waiting = asyncio.create_task(hear(listener))
    await asyncio.sleep(3 * PAUSE_S)
    assert 1 <= 1_000_000 - listener.failures <= 5
    listener.failures = 0
    assert await waiting == b"hello"
    acceptor.close()


async def test_who_does_not_fit_is_closed_and_counted(listener: ShortOfFiles) -> None:
    table = connections(1)
    table.shaking_hands = 1
    acceptor = Acceptor([listener], Greeter, table, None)
    assert await hear(listener) == b""
    assert table.refused == 1
    acceptor.close()


async def test_those_who_have_come_before_the_end_are_still_greeted(listener: ShortOfFiles) -> None:
    acceptor = Acceptor([listener], Greeter, connections(), None)
    clients = [socket.create_connection(listener.getsockname(), timeout=5) for _ in range(40)]
    acceptor.close()  # before the event loop has turned
    await asyncio.sleep(0.05)
    for client in clients:
        with client:
            assert client.recv(5) == b"hello"
