"""rollcast's app with a leak planted in it, to see that a soak finds one."""

from starlette.types import ASGIApp, Receive, Scope, Send

from service.app import create_server_app

LEAK_BYTES = 512


def app() -> ASGIApp:
    """The app, for uvicorn's --factory; every request leaves some memory behind."""
    served = create_server_app()
    kept: list[bytearray] = []

    async def leaking(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            kept.append(bytearray(b"x" * LEAK_BYTES))
        await served(scope, receive, send)

    return leaking
