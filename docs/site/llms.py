"""Texts for programs that read: llms.txt (llmstxt.org), all pages as one, and each page's Markdown beside it."""

import logging
from collections.abc import Iterable, Mapping
from itertools import groupby
from pathlib import Path

from mkdocs.structure.pages import Page

_LOG = logging.getLogger("mkdocs.hooks.llms")  # MkDocs counts what comes here: --strict then ends the build
_HEAD = "# rollcast\n\n> {summary}\n\nEach page is Markdown; the same with .html in place of .md is for people.\n"


def write(site: Path, pages: Iterable[Page], *, summary: str, described: Mapping[str, str]) -> None:
    """Write them into the site, from its pages in the navigation's order; links are relative to llms.txt."""
    pages = list(pages)
    for page in pages:
        path = site / page.file.src_uri
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{_text(page)}\n")
    (site / "llms-full.txt").write_text("\n\n".join(map(_text, pages)) + "\n")
    sections = [
        "\n".join([f"## {title}", "", *(_item(page, described) for page in group), ""])
        for title, group in groupby(pages, key=_section)
    ]
    (site / "llms.txt").write_text("\n".join([_HEAD.format(summary=summary), *sections]))


def _text(page: Page) -> str:
    return (page.markdown or "").strip()


def _section(page: Page) -> str:
    """What a page lies below at the top of the navigation; else its own title there."""
    return str([page, *page.ancestors][-1].title)


def _item(page: Page, described: Mapping[str, str]) -> str:
    path = page.file.src_uri
    found = described.get(path)
    if found is None and not path.startswith("adr/"):  # a decision's title says what it is
        _LOG.warning(
            "%s: expected a line on it in the list of README.md, as `- [docs/%s](docs/%s): …`", path, path, path
        )
    return f"- [{page.title}]({path})" + (f": {found}" if found else "")
