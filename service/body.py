"""Reading a request's body: JSON, within a limit, and a plain refusal where it is neither."""

from fastapi import Request

from service.problems import BODY_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE, ProblemException

# A client that is still sending when the connection closes sees a reset and not the answer, so this much
# of a body that is too large is read and thrown away before the answer is sent.
DISCARD_BYTES = 8 << 20


async def read_json(request: Request, limit_bytes: int) -> bytes:
    """The whole body of a request that says it is JSON.

    Raises ProblemException: 415 for another content type, 413 for more than `limit_bytes`.
    """
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type != "application/json":
        raise ProblemException(
            UNSUPPORTED_MEDIA_TYPE,
            "the body must be JSON: send the header Content-Type: application/json (curl: --json, or -H)",
        )
    declared = request.headers.get("content-length", "")
    waits = request.headers.get("expect", "").lower() == "100-continue"
    if waits and declared.isdigit() and int(declared) > limit_bytes:
        raise _too_large(limit_bytes)  # such a client asks before it sends, so it is told at once
    chunks: list[bytes] = []
    size_bytes = 0
    async for chunk in request.stream():
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
