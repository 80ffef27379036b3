"""GET /: the page for people who would rather look than read, built from service/page when rollcast is installed.

Programs that ask for it are told that the process is alive, as KServe V1 has it.
"""

import re
from pathlib import Path
from typing import Annotated

from fastapi import FastAPI, Header, Response
from starlette.responses import RedirectResponse
from starlette.staticfiles import StaticFiles

from service.http.security_headers import BUILT_PAGE_POLICY
from service.schemas.health import Alive
from service.settings import Settings

BUILT = Path(__file__).parents[1] / "page" / "dist"
FILES = "/page"
_TO_DOCS = re.compile(rb"<!--docs-->.*?<!--/docs-->", re.DOTALL)

NOT_BUILT = b"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>rollcast</title>
<h1>rollcast</h1>
<p>The service runs, but its page was not built when it was installed: npm, or the packages that it asks for, could not
be reached. Everything else works.</p>
<p>To build the page, run <code>make page</code> in a checkout of rollcast that has a network, then start the service
again. It tells what went wrong.</p>
"""


def install(app: FastAPI, settings: Settings, built: Path = BUILT) -> None:
    """Add `/`: for browsers the page, or the way to `/docs` or `/models` where it is closed; for programs, "alive".

    `built` is the folder that the build has written; where there is none, browsers are told how to make it.
    """
    headers = {"Vary": "Accept", "Content-Security-Policy": BUILT_PAGE_POLICY}
    document = built / "index.html"
    content = document.read_bytes() if document.is_file() else NOT_BUILT
    if not settings.docs or settings.api_keys_file is not None:  # a browser can't send a key when it opens /docs
        content = _TO_DOCS.sub(b"", content)
    if settings.page and document.is_file():
        app.mount(FILES, StaticFiles(directory=built / "assets"))

    @app.get(
        "/",
        tags=["health"],
        response_model=Alive,
        summary="Is the process alive?",
        responses={307: {"description": "A browser is led to what there is, where the page is closed."}},
    )
    async def root(accept: Annotated[str, Header(include_in_schema=False)] = "") -> Response:
        """KServe asks so; a browser, which accepts HTML, gets the page."""
        if "text/html" not in accept.lower():
            return Response(Alive().model_dump_json(), headers={"Vary": "Accept"}, media_type="application/json")
        if settings.page:
            return Response(content, headers=headers, media_type="text/html")
        # Relative, as a proxy may serve all of this below a path of its own.
        return RedirectResponse("docs" if settings.docs else "models", headers={"Vary": "Accept"})
