"""The list of decisions, from the files that hold them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

_PATTERN = "adr/*.md"


def _files(docs: Path) -> list[Path]:
    return sorted(docs.glob(_PATTERN))


def page(docs: Path) -> str:
    """A page with a link to each of them."""
    titles = {path.name: path.read_text().partition("\n")[0].removeprefix("# ") for path in _files(docs)}
    items = [f"- [{title}]({name})" for name, title in titles.items()]
    return "\n".join(["# Decisions", "", "Why rollcast is as it is, each with what was measured.", "", *items, ""])


def listed(nav: Any, docs: Path) -> Any:
    """A navigation in which the pattern is replaced by the page above and the files."""
    if nav == _PATTERN:
        return ["adr/index.md", *(path.relative_to(docs).as_posix() for path in _files(docs))]
    if isinstance(nav, dict):
        return {title: listed(entry, docs) for title, entry in nav.items()}
    return [listed(entry, docs) for entry in nav] if isinstance(nav, Sequence) and not isinstance(nav, str) else nav
