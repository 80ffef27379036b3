"""A bare ASGI app that sends back what it got: the floor under every Python server."""

from starlette.types import ASGIApp, Receive, Scope, Send


def app() -> ASGIApp:
    """The app, for uvicorn's --factory."""
    return _echo


async def _echo(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] != "http":
        return
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    headers = [(b"content-length", b"%d" % len(body)), (b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
