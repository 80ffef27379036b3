"""What people take away from the page: requests, pictures, and what the card tells."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.support.page import MISSING, Visit, visiting
from tests.support.real_server import Server, real_server

pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"needs {' and '.join(MISSING)}")


def test_the_request_is_copied_and_works_elsewhere(visit: Visit, server: Server) -> None:
    visit.open("clock")
    drawn = visit.forecast()
    visit.page.get_by_role("button", name="Copy as Python").click()
    expect(visit.page.locator("#status")).to_have_text("copied as Python")
    program = visit.page.evaluate("() => navigator.clipboard.readText()")
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert json.loads(done.stdout) == drawn
    visit.page.get_by_role("button", name="Copy as curl").click()
    expect(visit.page.locator("#status")).to_have_text("copied as curl")
    command = visit.page.evaluate("() => navigator.clipboard.readText()")
    assert command.startswith(f"curl '{server.url}/predict'")
    if shutil.which("curl"):
        done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60, check=True)
        assert json.loads(done.stdout)["predictions"] == drawn


def test_the_chart_is_saved_as_a_picture(visit: Visit) -> None:
    visit.open("clock")
    with visit.page.expect_download() as download:
        visit.page.get_by_role("button", name="Download PNG").click()
    content = Path(download.value.path()).read_bytes()
    assert download.value.suggested_filename == "clock@1.png"
    assert content.startswith(b"\x89PNG")
    assert len(content) > 5000


def test_the_card_has_errors_coverage_and_pictures(browser: Browser, reference_path: Path) -> None:
    with real_server(registry=reference_path) as server, visiting(browser, server.url) as visit:
        visit.open("victoria-demand")
        card = visit.page.locator("#card")
        expect(card.locator("figcaption").first).to_have_text("Mean absolute error at each step")
        expect(card.locator(".step-chart canvas")).to_have_count(2)
        card.get_by_text("Every step in numbers").click()
        expect(card.locator("table tbody tr")).to_have_count(48)
        card.get_by_text("Pictures of its training").click()
        expect(card.locator("#pictures img")).to_have_count(6)
        for image in card.locator("#pictures img").all():
            expect(image).to_have_js_property("complete", True)
            assert image.evaluate("image => image.naturalWidth") > 100
