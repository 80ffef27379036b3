"""The site as `make docs` builds it: whole, its links alive, and on no other host."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, expect

from docs.site.openapi_document import openapi_document
from tests.support.page import CHROMIUM, chromium, visiting
from tests.support.reference import ARTIFACTS, ROOT

PAGES = sorted(path.relative_to(ROOT / "docs") for path in (ROOT / "docs").rglob("*.md"))
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}


def build(root: Path, *flags: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", *flags],  # --quiet would hide warnings from --strict
        cwd=root,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("site")
    built = build(ROOT, "--site-dir", str(path))
    assert built.returncode == 0, built.stderr
    return path


def test_each_page_is_there_for_people_and_for_programs(site: Path) -> None:
    for page in [*PAGES, Path("index.md"), Path("ja.md"), Path("adr/index.md")]:
        assert (site / page.with_suffix(".html")).is_file()
        assert (site / page).read_text().startswith(("# ", '<div lang="ja"'))


def test_the_sources_of_pages_stay_home(site: Path) -> None:
    assert {path.suffix for path in site.rglob("*")} & {".py", ".yml"} == set()


def test_the_reference_has_every_path_and_every_field(site: Path) -> None:
    document = openapi_document(ARTIFACTS)
    endpoints, schemas = ((site / f"api-{name}.md").read_text() for name in ("endpoints", "schemas"))
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            told = endpoints.partition(f"### {method.upper()} {path}\n")[2].partition("\n### ")[0]
            assert operation["description"] in told
            for status in operation["responses"]:
                assert f"| {status} |" in told or f"Answers {status}: " in told
            for parameter in operation.get("parameters", ()):
                assert f"| `{parameter['name']}` | {parameter['in']} |" in told
    for name, schema in document["components"]["schemas"].items():
        told = schemas.partition(f"## {name}\n")[2].partition("\n## ")[0]
        for field in schema.get("properties", ()):
            assert f"\n| `{field}` |" in told
    assert json.dumps("sine-lstm") in endpoints


def test_programs_find_each_page_with_a_line_on_it(site: Path) -> None:
    text = (site / "llms.txt").read_text()
    assert re.match(r"# rollcast\n\n> .+\n\n.+\n\n## Quickstart\n\n- \[", text)
    listed = re.findall(r"^- \[[^\]]+\]\(([^)]+)\)(.*)$", text, re.MULTILINE)
    assert {path for path, _ in listed} == {path.relative_to(site).as_posix() for path in site.rglob("*.md")}
    assert [path for path, line in listed if not line and not path.startswith("adr/")] == []
    whole = (site / "llms-full.txt").read_text()
    assert all((site / path).read_text() in whole for path, _ in listed)


def test_what_is_forgotten_ends_the_build(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "docs", tmp_path / "docs", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("README.md", "README.ja.md", "models", "service"):
        (tmp_path / name).symlink_to(ROOT / name)
    settings = (ROOT / "mkdocs.yml").read_text()
    (tmp_path / "mkdocs.yml").write_text(
        settings.replace("  - 日本語: ja.md\n", "  - 日本語: ja.md\n  - Odd: odd.md\n")
    )
    (tmp_path / "docs" / "odd.md").write_text("# Odd\n\n[There](nowhere.md), [here](api.md#nothing)\n")
    (tmp_path / "docs" / "lost.md").write_text("# Lost\n")
    built = build(tmp_path)
    assert built.returncode != 0
    for told in (
        "odd.md: expected a line on it in the list of README.md",
        "'odd.md' contains a link 'nowhere.md'",
        "'odd.md' contains a link 'api.md#nothing'",
        'not included in the "nav" configuration:\n  - lost.md',
    ):
        assert told in built.stderr


class Asked(HTMLParser):
    """What a page has a browser load by itself, unlike links to follow."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if name in ("src", "srcset", "data", "poster", "action")]
        if tag == "link":
            self.found += [value or "" for name, value in attrs if name == "href"]


def test_no_page_names_another_host_to_load_from(site: Path) -> None:
    asked: set[str] = set()
    for page in site.rglob("*.html"):
        parser = Asked()
        parser.feed(page.read_text())
        asked |= set(parser.found)
    for style in site.rglob("*.css"):
        asked |= set(re.findall(r"(?:url\(|@import\s*)[\"']?([^\"')]+)", style.read_text()))
    assert any(each.endswith(".css") for each in asked)
    assert [each for each in asked if re.match(r"\w+:|//", each) and not each.startswith("data:")] == []


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name is the library's)
        pass


@pytest.fixture
def url(site: Path) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Debian's package chromium")
def test_people_search_read_and_choose_the_dark_in_a_browser(browser: Browser, url: str) -> None:
    with visiting(browser, url) as visit:
        page = visit.page
        page.goto(f"{url}/index.html")
        expect(page.locator("h1").first).to_contain_text("rollcast")
        page.keyboard.press("/")
        page.keyboard.type("threat")
        page.locator(".md-search-result__link", has_text="Threat model").first.click()
        expect(page.locator("h1").first).to_contain_text("Threat model")
        page.get_by_title("Always light").click()
        page.get_by_title("Always dark").click()
        expect(page.locator("body")).to_have_attribute("data-md-color-scheme", "slate")


@pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Debian's package chromium")
@pytest.mark.parametrize(
    "name", ["index", "ja", "api-endpoints", "api-schemas", "operations", "performance", "adr/index"]
)
def test_a_page_fits_a_phone(browser: Browser, url: str, name: str) -> None:
    with visiting(browser, url, **PHONE) as visit:
        visit.page.goto(f"{url}/{name}.html")
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= 360
