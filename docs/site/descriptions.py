"""One line on each page: the README's list of them, and what the pages that are made hold."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from docs.site.links import from_the_root

_MADE = {
    "index.md": "install, serve, forecast, train on your own CSV",
    "ja.md": "the quickstart in Japanese",
    "api-endpoints.md": "every path: what it takes, its answers and errors, from the service's OpenAPI document",
    "api-schemas.md": "every field of requests and answers, from the service's OpenAPI document",
}
_ITEM = re.compile(r"^- \[[^\]]*\]\(([^)#]+)\): (.*)$", re.MULTILINE)


@cache
def descriptions(root: Path) -> Mapping[str, str]:
    """By path below docs/, a line on the page."""
    return {**dict(_ITEM.findall(from_the_root((root / "README.md").read_text()))), **_MADE}
