"""Odd heads: which are refused with what, and one without its offer."""

import pytest

from service.connections import heads
from service.connections.heads import Refusal

HOST = (b"host", b"x")


@pytest.mark.parametrize(("version", "headers"), [("1.1", [HOST]), ("1.0", [HOST]), ("1.0", [(b"x-host", b"x")])])
def test_an_ordinary_head_is_taken(version: str, headers: list[tuple[bytes, bytes]]) -> None:
    heads.check(version, headers)


@pytest.mark.parametrize(
    ("version", "headers", "detail"),
    [
        ("1.1", [], "expected one Host header, but none came"),
        ("1.1", [HOST, HOST], "expected one Host header, but 2 came"),
        ("1.0", [HOST, HOST], "expected one Host header, but 2 came"),
        ("2.0", [HOST], "expected HTTP/1.1, but HTTP/2.0 came"),
    ],
)
def test_an_odd_one_is_refused(version: str, headers: list[tuple[bytes, bytes]], detail: str) -> None:
    with pytest.raises(Refusal) as refusal:
        heads.check(version, headers)
    assert refusal.value.problem.kind.status == 400
    assert refusal.value.problem.detail == detail


def test_what_is_too_large_is_named() -> None:
    assert heads.too_large(b"/" * 600, 1000).kind.status == 414
    assert heads.too_large(b"/", 1000).kind.status == 431
    assert heads.size_bytes(b"/", [HOST]) == 1 + 4 + 1 + 4


def test_a_head_is_written_again_without_its_offer() -> None:
    headers = [HOST, (b"upgrade", b"h2c"), (b"upgrade", b"x"), (b"connection", b"upgrade")]
    written = heads.without_offer(b"GET", b"/a?b", "1.1", headers)
    assert written == b"GET /a?b HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\n\r\n"
