"""The page at / in a real browser: what people do with it, on a network that is closed but for the service."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from models.registry.registry import Registry
from models.spec.covariate import Covariate
from tests.support.keys import key_record, secret_of, write_keys
from tests.support.page import MISSING, Visit, chromium, visiting
from tests.support.real_server import Server, real_server
from tests.support.tiny import publish_tiny, timed_registry, tiny_registry, tiny_spec

pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"needs {' and '.join(MISSING)}")

CSV = "when,other,load\n" + "".join(
    f"2024-03-0{1 + step // 24} {step % 24:02}:30,x,{10 + step % 7}\n" for step in range(60)
)

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("registry")
    tiny_registry(path)
    timed_registry(path)
    return path


@pytest.fixture(scope="module")
def server(registry: Path) -> Iterator[Server]:
    with real_server(registry=registry) as server:
        yield server


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def visit(browser: Browser, server: Server) -> Iterator[Visit]:
    with visiting(browser, server.url, permissions=["clipboard-read", "clipboard-write"]) as visit:
        yield visit


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


def test_a_forecast_is_drawn_within_a_second(visit: Visit) -> None:
    drawn_ms = []
    for _ in range(3):  # others may be at work on the same cores
        visit.open()
        visit.settled()
        drawn_ms.append(visit.page.evaluate("() => performance.getEntriesByName('forecast-drawn')[0].startTime"))
    assert min(drawn_ms) < 1000
    assert visit.page.locator("#chart canvas").count() == 1


def test_a_model_and_a_version_are_chosen_and_their_example_is_forecast(visit: Visit, server: Server) -> None:
    visit.open("many")
    expect(visit.by("Version")).to_have_value("2")
    example = httpx.get(f"{server.url}/models/many/versions/2").json()["example"]
    visit.by("Horizon, as a number").fill("3")
    visit.by("Version").select_option("1")
    visit.forecast_of("many@1")
    assert visit.forecast() == predict(server, model="many@1", window=example["window"], horizon=3)
    expect(visit.page.locator("#card-title")).to_have_text("many, version 1")


def test_numbers_are_pasted_and_what_is_wrong_with_them_is_said(visit: Visit, server: Server) -> None:
    visit.open("tiny")
    visit.by("Numbers").check()
    numbers, wrong = visit.page.locator("#numbers"), visit.page.locator("#window-error")
    expect(numbers).to_have_value(re.compile(r"\d"))  # the example's, to begin with
    numbers.fill("1, 2 3\n4")
    expect(wrong).to_be_empty()
    visit.by("Horizon, as a number").fill("2")
    expect(visit.page.locator("#forecast-title")).to_have_text("value, the next 2 steps")
    assert visit.forecast() == predict(server, model="tiny", window=[1, 2, 3, 4], horizon=2)
    for text, said in (
        ("1, 2, x, 4", 'value 3 is "x", which is no number'),
        ("1, 2", "there are 2 values, but this model looks back on 4: add older ones"),
        ("1, 2, nan, 4", "value 3 is missing, and this model can't do without: put a number there"),
        ("", "there is no number yet"),
    ):
        numbers.fill(text)
        expect(wrong).to_have_text(said)
        expect(visit.page.locator("#forecast")).to_have_class(re.compile("stale"))
    numbers.fill("1,5; 2,5\n3 4,25")
    assert [row["value"] for row in visit.csv()[:4]] == ["1.5", "2.5", "3", "4.25"]
    expect(visit.page.locator("#forecast")).not_to_have_class(re.compile("stale"))


def test_a_model_with_a_calendar_is_told_the_time_of_the_last_value(visit: Visit) -> None:
    visit.open("clock")
    visit.by("Numbers").check()
    visit.page.locator("#end").fill("")
    expect(visit.page.locator("#times-error")).to_contain_text("say when the last value is")
    visit.page.locator("#end").fill("yesterday")
    expect(visit.page.locator("#times-error")).to_contain_text("expected a date or a time that exists")
    expect(visit.page.locator("#end")).to_have_attribute("aria-invalid", "true")
    visit.page.locator("#end").fill("2024-04-07 03:30")
    expect(visit.page.locator("#times-error")).to_be_empty()
    assert visit.csv()[-1]["time"].startswith("2024-04-07 0")
    visit.complaints[:] = [text for text in visit.complaints if "422" not in text]  # Chromium tells of every refusal


def test_a_csv_is_dropped_its_column_chosen_by_name_and_its_window_moved(visit: Visit, server: Server) -> None:
    visit.open("tiny")
    visit.by("CSV file").check()
    visit.page.locator("#file").set_input_files({"name": "load.csv", "mimeType": "text/csv", "buffer": CSV.encode()})
    expect(visit.page.locator("#file-hint")).to_have_text("load.csv: 60 rows. Only the window is sent.")
    expect(visit.by("Column")).to_have_value("load")
    expect(visit.by("Column of times")).to_have_value("when")
    visit.by("Horizon, as a number").fill("3")
    values = [float(line.split(",")[2]) for line in CSV.splitlines()[1:]]
    rows = visit.csv()
    assert rows[-1]["time"] == "2024-03-03 14:30"
    assert visit.forecast() == pytest.approx(predict(server, model="tiny", window=values, horizon=3))
    visit.page.locator("#end-row").focus()
    visit.page.keyboard.press("ArrowLeft")
    visit.page.keyboard.press("ArrowLeft")
    expect(visit.page.locator("#end-row-value")).to_have_text("58 of 60")
    expect(visit.page.locator("#legend")).to_contain_text("what came")
    assert visit.forecast() == pytest.approx(predict(server, model="tiny", window=values[:58], horizon=3))
    assert [row["value"] for row in visit.csv()[-3:]] == ["12", "13", ""]
    visit.by("Column").select_option("other")
    expect(visit.page.locator("#window-error")).to_contain_text('other is "x", which is no number')


def test_of_a_file_of_many_series_one_is_taken(visit: Visit) -> None:
    visit.open("tiny")
    visit.by("CSV file").check()
    rows = [f"{name},2024-01-{day:02},{day + shift}\n" for name, shift in (("a", 0), ("b", 100)) for day in range(1, 9)]
    text = "id,at,value\n" + "".join(rows)
    visit.page.locator("#file").set_input_files({"name": "a.csv", "mimeType": "text/csv", "buffer": text.encode()})
    expect(visit.by("Column that tells series apart")).to_have_value("id")
    visit.by("Series").select_option("b")
    expect(visit.page.locator("#end-row-value")).to_have_text("8 of 8")
    rows_drawn = visit.csv()
    assert [row["value"] for row in rows_drawn[:8]] == [str(100 + day) for day in range(1, 9)]
    assert rows_drawn[8]["time"] == "2024-01-09 00:00"


def test_of_several_columns_one_is_shown_and_moved(visit: Visit, server: Server) -> None:
    visit.open("pair")
    window = httpx.get(f"{server.url}/models/pair/versions/1").json()["example"]["window"]
    visit.by("Column shown").select_option("b")
    assert [float(row["b"]) for row in visit.csv()[:4]] == [row[1] for row in window]
    visit.page.locator("#chart").focus()
    visit.page.keyboard.press("ArrowLeft")
    expect(visit.page.locator("#point-value")).to_be_enabled()
    visit.page.locator("#point-value").fill("5")
    window[2][1] = 5
    visit.by("Horizon, as a number").fill("2")
    answer = predict(server, model="pair", window=window, horizon=2)
    assert visit.forecast() == [row[1] for row in answer]
    visit.by("Model").select_option("driven")
    visit.forecast_of("driven@")
    expect(visit.page.locator("#horizon-hint")).to_contain_text("This model forecasts one step")
    visit.by("Column shown").select_option("a")
    assert visit.forecast() == []


def test_a_file_that_is_dropped_on_the_page_is_read(visit: Visit) -> None:
    visit.open("tiny")
    data = visit.page.evaluate_handle(
        """(text) => {
            const data = new DataTransfer();
            data.items.add(new File([text], "a.csv", { type: "text/csv" }));
            return data;
        }""",
        "a;b\n1,5;x\n2,5;x\n3,5;x\n4,5;x\n",
    )
    visit.page.dispatch_event("#drop", "drop", {"dataTransfer": data})
    expect(visit.by("CSV file")).to_be_checked()
    expect(visit.by("Column")).to_have_value("a")
    assert [row["value"] for row in visit.csv()][:4] == ["1.5", "2.5", "3.5", "4.5"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a,b\n", "the file has no rows"),
        ("1,2\n3,4\n", "put a line above that names the columns"),
        ("a,b\n1,2\n3\n", "row 2 of the file has 1 columns, but its first line names 2"),
        ("a\n1\n\n2\n", "there are 2 values, but this model looks back on 4"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(visit: Visit, text: str, said: str) -> None:
    visit.open("tiny")
    visit.by("CSV file").check()
    expect(visit.page.locator("#window-error")).to_have_text("choose a CSV file")
    visit.page.locator("#file").set_input_files({"name": "a.csv", "mimeType": "text/csv", "buffer": text.encode()})
    expect(visit.page.locator("#window-error")).to_contain_text(said)


def test_the_horizon_is_dragged_and_bands_end_where_they_are_not_known(visit: Visit) -> None:
    visit.open("clock")
    slider = visit.page.locator("#horizon")
    slider.focus()
    visit.page.keyboard.press("Home")
    expect(visit.page.locator("#forecast-title")).to_have_text("value, the next step")
    visit.by("Horizon, as a number").fill("3")
    expect(visit.page.locator("#legend")).to_contain_text("80 % band")
    assert set(visit.csv()[-1]) == {
        "step",
        "time",
        "value",
        "forecast",
        "lower 95 %",
        "upper 95 %",
        "lower 80 %",
        "upper 80 %",
    }
    visit.by("95 %").uncheck()
    expect(visit.page.locator("#legend")).not_to_contain_text("95 % band")
    visit.by("Horizon, as a number").fill("4")
    expect(visit.page.locator("#levels-hint")).to_contain_text("Bands are known for 3 steps")
    expect(visit.page.locator("#legend")).not_to_contain_text("band")


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


def test_versions_and_aliases_are_compared_on_the_same_window(visit: Visit, server: Server) -> None:
    visit.open("many")
    visit.by("Horizon, as a number").fill("2")
    visit.by("version 3").check()
    visit.by("champion (version 2)").check()
    expect(visit.page.locator("#comparison-table tbody tr")).to_have_count(3)
    expect(visit.page.locator("#legend")).to_contain_text("many@champion")
    example = httpx.get(f"{server.url}/models/many/versions/2").json()["example"]["window"]
    drawn = [float(row["many@3"]) for row in visit.csv()[-2:]]
    assert drawn == predict(server, model="many@3", window=example, horizon=2)
    same = visit.page.locator("#comparison-table tr", has_text="many@champion").locator("td").last
    expect(same).to_have_text("0")


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


def test_what_a_model_needs_beside_the_series_is_taken_from_a_csv(browser: Browser, tmp_path: Path) -> None:
    spec = tiny_spec(future=(Covariate(name="warm"),), rollout="state")
    publish_tiny(Registry.at(tmp_path), "weather", spec)
    text = "load,warm\n" + "".join(f"{step},{step % 3}\n" for step in range(20)) + ",1\n,2\n,0\n"
    with real_server(registry=tmp_path) as server, visiting(browser, server.url) as visit:
        visit.page.goto(server.url)
        visit.by("Numbers").check()
        expect(visit.page.locator("#window-error")).to_contain_text("this model also needs warm: drop a CSV")
        visit.by("CSV file").check()
        visit.page.locator("#file").set_input_files({"name": "a.csv", "mimeType": "text/csv", "buffer": text.encode()})
        expect(visit.page.locator("#horizon-hint")).to_contain_text("At most 3")
        visit.by("Horizon, as a number").fill("3")
        warm = [step % 3 for step in range(20)] + [1, 2, 0]
        expected = predict(server, model="weather", window=list(range(20)), horizon=3, future={"warm": warm})
        assert visit.forecast() == expected
