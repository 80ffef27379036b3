"""A body that came compressed, inflated piece by piece and never to more than there is room for."""

import asyncio

from backports.zstd import DecompressionParameter, ZstdDecompressor, ZstdError

from service.http.problems import BODY_TOO_LARGE, MALFORMED_REQUEST, ProblemException

PIECE_BYTES = 1 << 20  # inflated in one turn of the event loop: about a millisecond
WINDOW_LOG = 23  # a frame may look back on 8 MiB, as every decoder must allow; more would take as much memory


async def inflate(body: bytes, limit_bytes: int) -> bytes:
    """What a zstd body holds. Raises ProblemException: 413 for more than `limit_bytes`, 400 where it is none."""
    inflater = ZstdDecompressor(options={DecompressionParameter.window_log_max: WINDOW_LOG})
    pieces, size_bytes, sent = list[bytes](), 0, body
    while not inflater.eof:
        try:
            piece = inflater.decompress(sent, min(PIECE_BYTES, limit_bytes + 1 - size_bytes))
        except ZstdError:
            raise _malformed("it can't be inflated") from None
        sent = b""
        size_bytes += len(piece)
        if size_bytes > limit_bytes:
            raise ProblemException(
                BODY_TOO_LARGE, f"the body may have at most {limit_bytes} bytes once it is inflated; send fewer values"
            )
        if not piece and inflater.needs_input and not inflater.eof:
            raise _malformed("it ends too early")
        pieces.append(piece)
        await asyncio.sleep(0)  # others take their turns
    if inflater.unused_data:
        raise _malformed("bytes follow its only frame")
    return b"".join(pieces)


def _malformed(why: str) -> ProblemException:
    return ProblemException(
        MALFORMED_REQUEST, f"Content-Encoding says zstd, but the body is not one frame of it: {why}"
    )
