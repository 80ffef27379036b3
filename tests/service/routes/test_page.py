"""The page at /: who gets it, and what is said where it was not built."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from service.routes import page
from service.settings import Settings

pytestmark = pytest.mark.anyio

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@asynccontextmanager
async def serving(built: Path, settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    page.install(app, settings, built)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://rollcast") as client:
        yield client


@pytest.fixture
def built(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text('<h1>Page</h1><!--docs--><a href="docs">API</a><!--/docs-->')
    (tmp_path / "assets" / "page.js").write_text("1;")
    return tmp_path


async def test_browsers_get_the_page_and_its_script_under_a_strict_policy(built: Path) -> None:
    async with serving(built, Settings()) as client:
        answer = await client.get("/", headers=BROWSER)
        script = await client.get("/page/page.js")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert '<a href="docs">' in answer.text
    assert answer.headers["vary"] == "Accept"
    policy = dict(part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; "))
    assert policy["default-src"] == policy["base-uri"] == policy["form-action"] == policy["frame-ancestors"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert (script.text, "etag" in script.headers) == ("1;", True)


@pytest.mark.parametrize("accept", ["application/json", "*/*", ""])
async def test_programs_are_told_that_it_is_alive(built: Path, accept: str) -> None:
    async with serving(built, Settings()) as client:
        answer = await client.get("/", headers={"Accept": accept})
    assert (answer.status_code, answer.json(), answer.headers["vary"]) == (200, {"status": "alive"}, "Accept")


async def test_where_it_is_closed_browsers_are_sent_on_as_well(built: Path) -> None:
    async with serving(built, Settings(page=False, docs=False)) as client:
        assert (await client.get("/", headers=BROWSER)).headers["location"] == "models"
        assert (await client.get("/page/page.js")).status_code == 404


@pytest.mark.parametrize("settings", [{"docs": False}, {"api_keys_file": Path("keys.json")}])
async def test_it_does_not_lead_to_documentation_that_a_browser_can_not_open(
    built: Path, settings: dict[str, object]
) -> None:
    async with serving(built, Settings.model_validate(settings)) as client:
        assert (await client.get("/", headers=BROWSER)).text == "<h1>Page</h1>"


async def test_where_it_was_not_built_it_says_so_and_how(tmp_path: Path) -> None:
    async with serving(tmp_path, Settings()) as client:
        answer = await client.get("/", headers=BROWSER)
        assert answer.status_code == 200
        assert "was not built" in answer.text
        assert "make page" in answer.text
        assert (await client.get("/page/page.js")).status_code == 404


async def test_no_file_outside_its_folder_is_served(built: Path) -> None:
    async with serving(built, Settings()) as client:
        for path in ("/page/..%2findex.html", "/page/%2e%2e/index.html", "/page/"):
            assert (await client.get(path)).status_code == 404
