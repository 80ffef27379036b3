"""GET /docs: the page that tries the API out, under a policy that lets nothing else run in it."""

import re

from fastapi import FastAPI, Response
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.staticfiles import StaticFiles

from service.http.security_headers import page_policy

STATIC = "/static-offline-docs"
_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)


def install(app: FastAPI) -> None:
    """Add the page and its scripts, which come from a package, so that the page works on a closed network."""
    app.mount(STATIC, StaticFiles(packages=[("fastapi_offline", "static")]))
    # Relative, as a proxy may serve all of this below a path of its own.
    page = get_swagger_ui_html(
        openapi_url="openapi.json",
        title=f"{app.title} {app.version}",
        swagger_js_url=f"{STATIC[1:]}/swagger-ui-bundle.js",
        swagger_css_url=f"{STATIC[1:]}/swagger-ui.css",
        swagger_favicon_url=f"{STATIC[1:]}/favicon.png",
    )
    content = bytes(page.body)
    headers = {"Content-Security-Policy": page_policy(_SCRIPT.findall(content.decode()))}

    @app.get("/docs", include_in_schema=False)
    async def docs() -> Response:
        return Response(content, headers=headers, media_type="text/html")
