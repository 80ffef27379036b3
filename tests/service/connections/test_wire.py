"""A first byte that is sent ahead."""

import asyncio
import socket
import time

from service.connections.wire import Wire


class Transport(asyncio.Transport):
    def __init__(self, connection: socket.socket | None = None) -> None:
        super().__init__({"socket": connection})
        self.written: list[bytes] = []

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written.append(bytes(data))


def test_the_first_byte_of_an_answer_is_sent_once() -> None:
    transport = Transport()
    wire = Wire(transport, lambda: None)
    wire.send_first_byte()
    wire.send_first_byte()
    wire.write(b"HTTP/1.1 200 OK\r\n")
    wire.write(b"Hello")
    assert transport.written == [b"H", b"TTP/1.1 200 OK\r\n", b"Hello"]


def test_who_is_gone_refuses_what_is_sent_and_who_only_listens_does_not() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        for gone in (True, False):
            client = socket.create_connection(listener.getsockname())
            with listener.accept()[0] as accepted, client:
                wire = Wire(Transport(accepted), lambda: None)
                if gone:
                    client.close()
                else:
                    client.shutdown(socket.SHUT_WR)
                accepted.send(b"H")
                deadline = time.monotonic() + (5 if gone else 0.1)
                while not (refused := wire.is_refused()) and time.monotonic() < deadline:
                    time.sleep(0.01)
                assert refused == gone
