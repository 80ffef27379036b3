"""Reading a request's body: within a limit, of the kind that is taken, and a plain refusal where it is neither."""

from collections.abc import Mapping

from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope

from service.http.inflating import inflate
from service.http.problems import BODY_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE, ProblemException

# A client that is still sending when the connection closes sees a reset and not the answer, so this much
# of a body that is too large is read and thrown away before the answer is sent.
DISCARD_BYTES = 8 << 20
# What no page of another origin sends without its browser asking first whether it may.
_ASKED_FIRST = (b"application/json", b"application/octet-stream")


async def read_json(scope: Scope, receive: Receive, limit_bytes: int) -> bytes:
    """The whole body of a request that says it is JSON.

    Raises ProblemException: 415 for another content type, 413 for more than `limit_bytes`; and ClientDisconnect.
    """
    headers: dict[bytes, bytes] = dict(scope["headers"])
    if _media_type(headers) != b"application/json":
        raise ProblemException(
            UNSUPPORTED_MEDIA_TYPE,
            "the body must be JSON: send the header Content-Type: application/json (curl: --json, or -H)",
        )
    return await _read(headers, receive, limit_bytes)


async def read_any(scope: Scope, receive: Receive, limit_bytes: int, inflated_bytes: int | None = None) -> bytes:
    """The whole body of a request that need not say what it is, as clients of other protocols don't.

    A web page must: without the header its browser would send the request for it and never ask first. A zstd body is
    taken where `inflated_bytes` says how many it may have once it is inflated. Raises ProblemException, 415 for a page
    that does not say, and for a body compressed otherwise, 413 for more than `limit_bytes`; and ClientDisconnect.
    """
    headers: dict[bytes, bytes] = dict(scope["headers"])
    encoding = headers.get(b"content-encoding", b"identity").strip().lower()
    if encoding != b"identity" and inflated_bytes is None:
        raise ProblemException(
            UNSUPPORTED_MEDIA_TYPE, "compressed bodies are not taken: leave the header Content-Encoding out"
        )
    if encoding not in (b"identity", b"zstd"):
        raise ProblemException(
            UNSUPPORTED_MEDIA_TYPE, "bodies are taken as they are, or compressed with Content-Encoding: zstd"
        )
    if b"origin" in headers and _media_type(headers) not in _ASKED_FIRST:
        raise ProblemException(
            UNSUPPORTED_MEDIA_TYPE, "a web page must say what it sends: add the header Content-Type: application/json"
        )
    body = await _read(headers, receive, limit_bytes)
    return body if encoding == b"identity" or inflated_bytes is None else await inflate(body, inflated_bytes)


def _media_type(headers: Mapping[bytes, bytes]) -> bytes:
    return headers.get(b"content-type", b"").partition(b";")[0].strip().lower()


async def _read(headers: Mapping[bytes, bytes], receive: Receive, limit_bytes: int) -> bytes:
    declared = headers.get(b"content-length", b"")
    if headers.get(b"expect", b"").lower() == b"100-continue" and declared.isdigit() and int(declared) > limit_bytes:
        raise _too_large(limit_bytes)  # such a client asks before it sends, so it is told at once
    size_bytes = 0
    chunks: list[bytes] = []
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        chunk = message.get("body", b"")
        more = message.get("more_body", False)
        size_bytes += len(chunk)
        if size_bytes <= limit_bytes:
            chunks.append(chunk)
        elif size_bytes > DISCARD_BYTES:
            break
    if size_bytes > limit_bytes:
        raise _too_large(limit_bytes)
    return b"".join(chunks)


def _too_large(limit_bytes: int) -> ProblemException:
    return ProblemException(
        BODY_TOO_LARGE,
        f"the body may have at most {limit_bytes} bytes; send fewer windows at a time",
        {"Connection": "close"},
    )
