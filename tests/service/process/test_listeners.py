"""Sockets that are bound, listen, and let none begin any more."""

import socket
import sys

import pytest

from models.errors import RollcastError
from service.process import listeners


def test_an_address_is_bound_but_not_listened_on() -> None:
    (bound,) = listeners.bind("127.0.0.1", 0)
    with bound, pytest.raises(ConnectionRefusedError):
        socket.create_connection(bound.getsockname(), timeout=5)


def test_an_address_that_is_taken_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(RollcastError, match=f"127.0.0.1:{port} can't be listened on: Address already in use"):
            listeners.bind("127.0.0.1", port)


def test_a_host_that_is_unknown_is_told() -> None:
    with pytest.raises(RollcastError, match=r"nowhere\.invalid:1 can't be listened on"):
        listeners.bind("nowhere.invalid", 1)


def test_a_url_says_where_clients_find_it() -> None:
    (bound,) = listeners.bind("127.0.0.1", 0)
    with bound:
        assert listeners.url_of(bound, tls=False) == f"http://127.0.0.1:{bound.getsockname()[1]}"


@pytest.mark.skipif(not socket.has_ipv6, reason="there is no IPv6")
def test_an_ipv6_url_has_brackets() -> None:
    try:
        (bound,) = listeners.bind("::1", 0)
    except RollcastError:
        pytest.skip("there is no IPv6 loopback")
    with bound:
        assert listeners.url_of(bound, tls=True) == f"https://[::1]:{bound.getsockname()[1]}"


@pytest.mark.skipif(sys.platform != "linux", reason="it is Linux's filter")
def test_none_begins_any_more_but_those_that_have_are_still_accepted() -> None:
    (bound,) = listeners.bind("127.0.0.1", 0)
    with bound:
        bound.listen()
        with socket.create_connection(bound.getsockname(), timeout=5) as early:
            listeners.let_none_begin([bound])
            with pytest.raises(TimeoutError):
                socket.create_connection(bound.getsockname(), timeout=0.3)
            early.sendall(b"hello")
            with bound.accept()[0] as accepted:
                accepted.settimeout(5)
                assert accepted.recv(5) == b"hello"
