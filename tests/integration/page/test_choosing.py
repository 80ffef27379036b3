"""Choosing in the page what is forecast: a model, a version, numbers, a horizon, and what goes with them."""

import re
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect

from models.registry.registry import Registry
from models.spec.covariate import Covariate
from tests.integration.page.actions import predict
from tests.support.page import MISSING, Visit, visiting
from tests.support.real_server import Server, real_server
from tests.support.tiny import publish_tiny, tiny_spec

pytestmark = pytest.mark.skipif(bool(MISSING), reason=f"needs {' and '.join(MISSING)}")


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
