"""What several tests of the page do, and the data they do it with."""

from typing import Any

import httpx
from playwright.sync_api import Page

from tests.support.real_server import Server

CSV = "when,other,load\n" + "".join(
    f"2024-03-0{1 + step // 24} {step % 24:02}:30,x,{10 + step % 7}\n" for step in range(60)
)

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}


def predict(server: Server, **body: object) -> list[Any]:
    answer = httpx.post(f"{server.url}/predict", json=body)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["predictions"])


def place_of(page: Page, index: int) -> tuple[float, float]:
    """Where a point of the history lies on the screen, found as people find it: the pointer changes there."""
    chart = page.locator("#chart .u-over")
    page.locator("#chart").focus()
    page.keyboard.press("Home")
    for _ in range(index):
        page.keyboard.press("ArrowRight")
    cursor, box = page.locator("#chart .u-cursor-x").bounding_box(), chart.bounding_box()
    assert cursor is not None
    assert box is not None
    for y in range(int(box["y"]) + 1, int(box["y"] + box["height"]), 5):
        page.mouse.move(cursor["x"], y)
        if "grab" in str(chart.get_attribute("class")):
            return cursor["x"], y
    raise AssertionError("no point of the history can be taken hold of")
