"""Bodies that came compressed."""

from typing import Any

import pytest
from backports import zstd
from backports.zstd import CompressionParameter

from service.http import inflating as module
from service.http.body import read_any
from service.http.inflating import inflate
from service.http.problems import BODY_TOO_LARGE, MALFORMED_REQUEST, UNSUPPORTED_MEDIA_TYPE, ProblemException
from tests.service.http.test_body import Client

pytestmark = pytest.mark.anyio

TEXT = b"1.5, 2.5, 3.5, " * 100


async def refused(body: bytes, limit_bytes: int = 10_000) -> ProblemException:
    with pytest.raises(ProblemException) as caught:
        await inflate(body, limit_bytes)
    return caught.value


@pytest.mark.parametrize("text", [TEXT, b"", b"1"])
@pytest.mark.parametrize("piece_bytes", [7, 1 << 20])
async def test_what_was_compressed_comes_back(text: bytes, piece_bytes: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PIECE_BYTES", piece_bytes)
    assert await inflate(zstd.compress(text), len(TEXT)) == text


async def test_no_more_is_inflated_than_there_is_room_for() -> None:
    assert len(await inflate(zstd.compress(TEXT), len(TEXT))) == len(TEXT)
    problem = await refused(zstd.compress(TEXT), len(TEXT) - 1)
    assert (problem.kind, problem.detail) == (
        BODY_TOO_LARGE,
        "the body may have at most 1499 bytes once it is inflated; send fewer values",
    )
    bomb = zstd.compress(bytes(1 << 28))
    assert len(bomb) < 1 << 15
    assert (await refused(bomb)).kind == BODY_TOO_LARGE


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "it ends too early"),
        (b'{"h": 1}', "it can't be inflated"),
        (zstd.compress(TEXT)[:-3], "it ends too early"),
        (zstd.compress(TEXT) + b"1", "bytes follow its only frame"),
        (zstd.compress(TEXT) * 2, "bytes follow its only frame"),
        # More memory than every decoder must have.
        (
            zstd.ZstdCompressor(options={CompressionParameter.window_log: 24}).compress(TEXT) + b"",
            "it ends too early",
        ),
    ],
)
async def test_what_is_no_frame_is_refused(body: bytes, says: str) -> None:
    problem = await refused(body)
    assert (problem.kind, problem.detail.rpartition(": ")[2]) == (MALFORMED_REQUEST, says)


async def test_a_frame_that_looks_back_further_than_there_is_memory_for_is_refused() -> None:
    compressor = zstd.ZstdCompressor(options={CompressionParameter.window_log: 24})
    # Of parts whose sum is not known ahead the window is not made smaller.
    body = compressor.compress(TEXT) + compressor.compress(TEXT) + compressor.flush()
    assert (await refused(body)).detail.endswith("it can't be inflated")


@pytest.mark.parametrize(
    ("encoding", "inflated_bytes", "says"),
    [
        (b"gzip", 100, "bodies are taken as they are, or compressed with Content-Encoding: zstd"),
        (b"zstd, zstd", 100, "bodies are taken as they are, or compressed with Content-Encoding: zstd"),
        (b"zstd", None, "compressed bodies are not taken: leave the header Content-Encoding out"),
    ],
)
async def test_another_encoding_is_refused(encoding: bytes, inflated_bytes: int | None, says: str) -> None:
    scope: dict[str, Any] = {"type": "http", "headers": [(b"content-encoding", encoding)]}
    with pytest.raises(ProblemException) as caught:
        await read_any(scope, Client(b"{}").receive, 100, inflated_bytes)
    assert (caught.value.kind, caught.value.detail) == (UNSUPPORTED_MEDIA_TYPE, says)


@pytest.mark.parametrize("encoding", [b"zstd", b" ZSTD "])
async def test_a_body_comes_compressed_in_chunks(encoding: bytes) -> None:
    scope: dict[str, Any] = {"type": "http", "headers": [(b"content-encoding", encoding)]}
    body = zstd.compress(TEXT)
    assert await read_any(scope, Client(body[:9], body[9:]).receive, 200, len(TEXT)) == TEXT
    plain: dict[str, Any] = {"type": "http", "headers": []}
    assert await read_any(plain, Client(b"{}").receive, 200, 1) == b"{}"
