"""What MkDocs calls while it builds the site: pages that are made, links off the site, texts for programs."""

from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from docs.site import api_endpoints, api_schemas, decisions, llms
from docs.site.descriptions import descriptions
from docs.site.links import from_the_root, within_the_site
from docs.site.openapi_document import openapi_document

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def on_config(config: MkDocsConfig) -> None:
    """Put the list of decisions where the navigation has a pattern."""
    config.nav = decisions.listed(config.nav, DOCS)


def on_files(files: Files, config: MkDocsConfig) -> None:
    """Add the pages that are made, and the icon."""
    document = openapi_document(ROOT / "models" / "artifacts")
    made = {
        "index.md": from_the_root((ROOT / "README.md").read_text()),
        "ja.md": f'<div lang="ja" markdown>\n\n{from_the_root((ROOT / "README.ja.md").read_text())}\n</div>\n',
        "api-endpoints.md": api_endpoints.page(document),
        "api-schemas.md": api_schemas.page(document),
        "adr/index.md": decisions.page(DOCS),
    }
    for name, text in made.items():
        files.append(File.generated(config, name, content=text))
    files.append(File.generated(config, "icon.svg", abs_src_path=str(ROOT / "service" / "page" / "icon.svg")))


def on_page_markdown(markdown: str, page: Page, files: Files, **_: object) -> str:
    """Describe a page for search engines, and make links to files that are not on the site plain text."""
    found = descriptions(ROOT).get(page.file.src_uri)
    if found is not None:
        page.meta["description"] = found
    return within_the_site(markdown, page.file.src_uri, files.src_uris)


def on_env(_: Environment, config: MkDocsConfig, files: Files) -> None:
    """Write llms.txt, llms-full.txt and each page's Markdown, once all pages are read."""
    pages = _from(files.src_uris["index.md"].page)
    llms.write(Path(config.site_dir), pages, summary=config.site_description or "", described=descriptions(ROOT))


def _from(page: Page | None) -> Iterator[Page]:
    """A page and all that the navigation has after it."""
    while page is not None:
        yield page
        page = page.next_page
