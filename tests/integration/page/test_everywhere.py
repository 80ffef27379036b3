"""The page for everybody and behind everything: keys, hostile text, keyboards, phones, proxies."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.integration.page.actions import PHONE
from tests.support.keys import key_record, secret_of, write_keys
from tests.support.page import MISSING, Visit, visiting
from tests.support.real_server import Server, real_server

pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"needs {' and '.join(MISSING)}")


def test_a_key_is_asked_for_and_kept_in_memory_only(browser: Browser, registry: Path, tmp_path: Path) -> None:
    keys = write_keys(tmp_path / "keys.json", key_record("me", "read", "predict"))
    with (
        real_server(registry=registry, ROLLCAST_API_KEYS_FILE=str(keys)) as server,
        visiting(browser, server.url, permissions=["clipboard-read", "clipboard-write"]) as visit,
    ):
        visit.page.goto(server.url)
        dialog = visit.page.get_by_role("dialog")
        expect(dialog).to_contain_text("this needs an API key")
        visit.page.locator("#key").fill("rollcast_wrong")
        visit.page.keyboard.press("Enter")
        expect(dialog).to_contain_text("this API key is not known here")
        visit.page.locator("#key").fill(secret_of("me"))
        visit.page.keyboard.press("Enter")
        visit.forecast_of("@")
        expect(dialog).to_be_hidden()
        kept = visit.page.evaluate(
            "async () => JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie,"
            " document.documentElement.outerHTML, document.querySelector('#key').value,"
            " (await indexedDB.databases()).length, location.href])"
        )
        assert secret_of("me") not in kept
        visit.page.get_by_role("button", name="Copy as curl").click()
        expect(visit.page.locator("#status")).to_have_text("copied as curl")
        assert secret_of("me") not in visit.page.evaluate("() => navigator.clipboard.readText()")
        visit.page.reload()
        expect(dialog).to_contain_text("this needs an API key")
        visit.page.keyboard.press("Escape")
        expect(visit.page.locator("#problem")).to_contain_text("Unauthorized")
        visit.page.get_by_role("button", name="Try again").click()
        visit.page.locator("#key").fill(secret_of("me"))
        visit.page.get_by_role("button", name="Use it").click()
        visit.forecast_of("@")
        expect(visit.page.locator("#problem")).to_be_empty()
        visit.complaints[:] = [text for text in visit.complaints if "401" not in text]


def test_no_foreign_script_runs_and_no_text_becomes_code(browser: Browser, server: Server) -> None:
    with visiting(browser, server.url) as visit:
        visit.open("tiny")
        visit.page.evaluate(
            """() => {
                const tries = [
                    () => { const script = document.createElement("script"); script.textContent = "window.ran = 1";
                            document.body.append(script); },
                    () => { document.body.insertAdjacentHTML("beforeend", "<img src=x onerror='window.ran = 2'>"); },
                    () => { window.ran = eval("3"); },
                    () => { window.ran = new Function("return 4")(); },
                    () => { setTimeout("window.ran = 5", 0); },
                    () => { const image = document.createElement("img"); image.src = "https://evil.example/x.png";
                            document.body.append(image); },
                    () => { const style = document.createElement("style"); style.textContent = "h1 { color: red }";
                            document.body.append(style); },
                ];
                window.refused = [];
                document.addEventListener("securitypolicyviolation", (event) => refused.push(event.effectiveDirective));
                // Not at once: Chromium lets what a debugger evaluates do more than a page may.
                for (const attempt of tries) setTimeout(attempt, 0);
            }"""
        )
        visit.page.wait_for_timeout(300)
        assert visit.page.evaluate("() => window.ran") is None
        assert {"img-src", "style-src-elem", "require-trusted-types-for"} <= set(
            visit.page.evaluate("() => window.refused")
        )
        assert visit.page.evaluate("() => fetch('https://evil.example/').then(() => 1, () => 0)") == 0
        assert len(visit.complaints) >= 6
        visit.complaints.clear()
        visit.asked[:] = [url for url in visit.asked if "evil.example" not in url]


def test_all_of_it_is_reached_by_keyboard(visit: Visit) -> None:
    visit.open("many")
    visit.page.evaluate("() => document.activeElement.blur()")
    reached = []
    for _ in range(40):
        visit.page.keyboard.press("Tab")
        reached.append(
            visit.page.evaluate(
                "() => [document.activeElement].map((it) => it.id || it.textContent.trim() || it.value)[0]"
            )
        )
    order = [
        "Skip to the forecast",
        "API",
        "model",
        "version",
        "example",
        "horizon",
        "horizon-number",
        "zoom-in",
        "chart",
    ]
    assert [each for each in reached if each in order][: len(order)] == order
    assert {"copy-curl", "copy-python", "save-csv", "save-png"} <= set(reached)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_phone(browser: Browser, server: Server, scheme: str) -> None:
    with visiting(browser, server.url, **PHONE, color_scheme=scheme) as visit:
        visit.open("clock")
        assert visit.page.evaluate("() => document.documentElement.scrollWidth") <= 360
        chart = visit.page.locator("#chart canvas").bounding_box()
        assert chart is not None
        assert 250 < chart["width"] <= 360
        background = visit.page.evaluate("() => getComputedStyle(document.body).backgroundColor")
        assert (sum(map(int, re.findall(r"\d+", background)[:3])) > 600) == (scheme == "light")


def test_it_works_below_a_path_of_a_proxy(browser: Browser, server: Server) -> None:
    with visiting(browser, server.url) as visit:
        visit.page.route("**/below/**", lambda route: route.continue_(url=route.request.url.replace("/below/", "/")))
        visit.page.goto(f"{server.url}/below/")
        visit.forecast_of("@")
        assert [url for url in visit.asked if "/below/" not in url and not url.startswith("data:")] == []
