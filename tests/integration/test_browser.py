"""/docs in a real browser, on a network that is closed but for the service."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.support.real_server import Server, real_server

CHROMIUM = Path("/usr/bin/chromium")
QUIET = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Debian's package chromium")


@pytest.fixture(scope="module")
def server(registry_path: Path) -> Iterator[Server]:
    with real_server(registry=registry_path) as server:
        yield server


@pytest.fixture
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=QUIET)
        yield browser.new_page()
        browser.close()


def test_a_forecast_is_tried_out_with_the_example_that_the_page_brings(page: Page, server: Server) -> None:
    asked: list[str] = []
    errors: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.goto(f"{server.url}/docs")
    predict = page.locator("#operations-forecast-predict_predict_post")
    predict.locator(".opblock-summary-control").click()
    predict.get_by_role("button", name="Try it out").click()
    predict.get_by_role("button", name="Execute").click()
    answer = predict.locator(".live-responses-table .response")
    answer.locator(".response-col_status", has_text="200").wait_for(timeout=10_000)
    assert '"predictions"' in answer.inner_text()
    assert errors == []
    assert [url for url in asked if not url.startswith((server.url, "data:"))] == []


def test_a_script_that_gets_into_the_page_does_not_run(page: Page, server: Server) -> None:
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    page.goto(f"{server.url}/docs")
    page.locator("#operations-forecast-predict_predict_post").wait_for()
    page.evaluate(
        """() => {
            const script = document.createElement("script");
            script.textContent = "window.ran = true";
            document.body.append(script);
            const image = document.createElement("img");
            image.src = "https://evil.example/x.png";
            document.body.append(image);
        }"""
    )
    page.wait_for_timeout(200)
    assert page.evaluate("() => window.ran") is None
    assert sum("Content Security Policy" in text for text in refused) == 2
