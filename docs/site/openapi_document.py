"""The service's OpenAPI document, with examples of the models in a registry."""

import asyncio
from functools import cache
from pathlib import Path
from typing import Any

from service.app import create_app
from service.settings import Settings


@cache  # `mkdocs serve` builds again and again
def openapi_document(registry: Path) -> dict[str, Any]:
    """What `GET /openapi.json` answers where all models of a registry are open."""

    async def asked() -> dict[str, Any]:
        app = create_app(Settings(registry=registry, open_timeout_s=60, poll_s=0))
        async with app.router.lifespan_context(app):
            return app.openapi()

    return asyncio.run(asked())
