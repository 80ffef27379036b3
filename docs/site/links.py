"""Links of Markdown pages, as they must be on the site: the README's, and those to files that are not on it."""

import posixpath
import re
from collections.abc import Container

_LINK = re.compile(r"(!?)\[([^\]]*)\]\((?!https?:|#|mailto:)([^)#\s]+)(#[^)\s]*)?\)")
_NEW_PLACES = {"README.md": "index.md", "README.ja.md": "ja.md", "docs/adr": "adr/index.md"}


def from_the_root(markdown: str) -> str:
    """A page that lies at the repository's root, with its links as they are from docs/."""

    def moved(link: re.Match[str]) -> str:
        sign, text, path, anchor = link[1], link[2], link[3], link[4] or ""
        place = _NEW_PLACES.get(path) or (path.removeprefix("docs/") if path.startswith("docs/") else f"../{path}")
        # "[docs/api.md](docs/api.md)" says where a file lies, which nobody needs on the site.
        return f"{sign}[{text.removeprefix('docs/')}]({place}{anchor})"

    return _LINK.sub(moved, markdown)


def within_the_site(markdown: str, page: str, there: Container[str]) -> str:
    """A page whose links to files outside docs/ are text that names the file.

    `page` is its own path below docs/, `there` are the paths of all that is on the site. A link that leads nowhere
    below docs/ stays, so that MkDocs tells of it.
    """

    def checked(link: re.Match[str]) -> str:
        text, path = link[2], link[3]
        target = posixpath.normpath(posixpath.join(posixpath.dirname(page), path))
        if not target.startswith("../"):
            return link[0]
        file = target.removeprefix("../")
        moved = _NEW_PLACES.get(file, "")
        if moved in there:
            return f"[{text}]({posixpath.relpath(moved, posixpath.dirname(page) or '.')}{link[4] or ''})"
        return f"{text} (`{file}`)" if text.strip("`") != file else f"`{file}`"

    return _LINK.sub(checked, markdown)
