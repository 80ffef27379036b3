"""The built page in a real browser."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from service.routes.page import BUILT

CHROMIUM = Path("/usr/bin/chromium")
QUIET = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
MISSING = [
    *([] if CHROMIUM.exists() else ["Debian's package chromium"]),
    *([] if (BUILT / "index.html").exists() else ["the page: make page"]),
]


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=QUIET)
        yield browser
        browser.close()


class Visit:
    """A page that is open, with all that it asked for and all that it complained of."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, url
        self.asked: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda message: self.complaints.append(message.text) if message.type == "error" else None)

    def open(self, model: str | None = None) -> None:
        """Open the page and wait for a forecast, of a model where one is named."""
        self.page.goto(f"{self.url}/")
        if model is not None:
            self.page.get_by_label("Model", exact=True).select_option(model)
        self.forecast_of(f"{model}@" if model else "@")

    def forecast_of(self, name: str) -> None:
        """Wait until a forecast of a version is drawn."""
        expect(self.page.locator("#legend li", has_text=name).first).to_be_visible(timeout=15_000)

    def settled(self) -> None:
        """Wait until the forecast follows from all that was done."""
        expect(self.page.locator("#forecast")).to_have_attribute("aria-busy", "false", timeout=15_000)

    def by(self, label: str) -> Locator:
        """A field or button by its accessible name."""
        return self.page.get_by_label(label, exact=True)

    def csv(self) -> list[dict[str, str]]:
        """What is drawn, by the file that can be downloaded: a row for each step."""
        self.settled()
        with self.page.expect_download() as download:
            self.page.get_by_role("button", name="Download CSV").click()
        head, *lines = Path(download.value.path()).read_bytes().decode().split("\r\n")[:-1]
        return [dict(zip(head.split(","), line.split(","), strict=True)) for line in lines]

    def forecast(self) -> list[float]:
        return [float(row["forecast"]) for row in self.csv() if row["forecast"]]

    def elsewhere(self) -> list[str]:
        """Requests to other hosts."""
        return [url for url in self.asked if not re.match(rf"{re.escape(self.url)}/|blob:|data:", url)]


@contextmanager
def visiting(browser: Browser, url: str, **context: Any) -> Iterator[Visit]:
    """Visit a service; what the page complained of fails the test, and so does a request to another host."""
    opened = browser.new_context(**context)
    visit = Visit(opened.new_page(), url)
    try:
        yield visit
        assert visit.complaints == []
        assert visit.elsewhere() == []
    finally:
        opened.close()
