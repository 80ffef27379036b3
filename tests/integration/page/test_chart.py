"""The chart of the page: values moved by mouse, finger and keys, zoom, and the readout."""

import re

import pytest
from playwright.sync_api import Browser, expect

from tests.integration.page.actions import CSV, PHONE, place_of, predict
from tests.support.page import MISSING, Visit, visiting
from tests.support.real_server import Server

pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"needs {' and '.join(MISSING)}")


def test_a_value_is_dragged_and_the_forecast_follows_at_once(visit: Visit, server: Server) -> None:
    visit.open("tiny")
    before = visit.csv()
    x, y = place_of(visit.page, 3)
    asked = visit.asked.count(f"{server.url}/predict")
    visit.page.mouse.down()
    visit.page.mouse.move(x, y + 30, steps=5)
    visit.settled()
    assert visit.asked.count(f"{server.url}/predict") > asked  # before it is let go
    visit.page.mouse.up()
    rows = visit.csv()
    window = [float(row["value"]) for row in rows[:4]]
    assert window[:3] == [float(row["value"]) for row in before[:3]]
    assert window[3] < float(before[3]["value"])
    assert visit.forecast() == predict(server, model="tiny@1", window=window, horizon=len(rows) - 4)
    visit.page.get_by_role("button", name="Put values back").click()
    assert visit.csv() == before


def test_a_finger_drags_as_well(browser: Browser, server: Server) -> None:
    with visiting(browser, server.url, **PHONE) as visit:
        visit.open("tiny")
        before = visit.csv()
        x, y = place_of(visit.page, 3)
        devtools = visit.page.context.new_cdp_session(visit.page)
        for kind, down in (("touchStart", 0), ("touchMove", 12), ("touchMove", 30), ("touchEnd", None)):
            points = [] if down is None else [{"x": x, "y": y + down}]
            devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        after = visit.csv()
        assert [row["value"] for row in after[:3]] == [row["value"] for row in before[:3]]
        assert float(after[3]["value"]) < float(before[3]["value"])


def test_a_value_is_moved_by_keyboard_and_typed(visit: Visit, server: Server) -> None:
    visit.open("tiny")
    before = visit.csv()
    visit.page.locator("#chart").focus()
    visit.page.keyboard.press("ArrowLeft")
    expect(visit.page.locator("#status")).to_contain_text("-1: ")
    visit.page.keyboard.press("Shift+ArrowUp")
    moved = visit.csv()
    assert float(moved[2]["value"]) > float(before[2]["value"])
    assert [row["value"] for row in moved[:2]] == [row["value"] for row in before[:2]]
    visit.page.locator("#point-value").fill("7.25")
    window = [float(row["value"] or "nan") for row in visit.csv()[:4]]
    assert window[2] == 7.25
    assert visit.forecast()[:1] == predict(server, model="tiny", window=window)


def test_the_chart_zooms_by_mouse_by_buttons_and_by_keyboard(visit: Visit) -> None:
    visit.open("tiny")
    visit.by("CSV file").check()
    visit.page.locator("#file").set_input_files({"name": "load.csv", "mimeType": "text/csv", "buffer": CSV.encode()})
    expect(visit.page.locator("#legend")).to_contain_text("tiny@1")

    def leftmost() -> str:
        """What lies under the left edge."""
        box = visit.page.locator("#chart .u-over").bounding_box()
        assert box is not None
        visit.page.mouse.move(box["x"] + 1, box["y"] + 5)
        visit.page.wait_for_timeout(50)
        return visit.page.locator("#readout").inner_text().partition(": ")[0]

    whole = leftmost()
    box = visit.page.locator("#chart .u-over").bounding_box()
    assert box is not None
    visit.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 3)
    visit.page.mouse.down()
    visit.page.mouse.move(box["x"] + box["width"] * 0.8, box["y"] + 3, steps=4)
    visit.page.mouse.up()
    near = leftmost()
    assert near > whole
    visit.page.get_by_role("button", name="All").click()
    assert leftmost() == whole
    visit.page.get_by_role("button", name="Zoom in").click()
    inside = leftmost()
    assert inside > whole
    visit.page.locator("#chart").focus()
    visit.page.keyboard.press("-")
    assert leftmost() < inside
    visit.page.mouse.dblclick(box["x"] + 40, box["y"] + 3)
    assert leftmost() == whole


def test_the_readout_tells_the_step_under_the_pointer(visit: Visit) -> None:
    visit.open("clock")
    box = visit.page.locator("#chart .u-over").bounding_box()
    assert box is not None
    visit.page.mouse.move(box["x"] + box["width"] - 1, box["y"] + 20)
    expect(visit.page.locator("#readout")).to_have_text(
        re.compile(r"^2024-03-01 01:00: forecast .* · 80 % .* to .* · 95 %")
    )
