"""POST /predict to a model that takes windows of any length and season."""

import asyncio
import json
from typing import Any

import pytest

from tests.support.in_process import Client
from tests.support.seasonal.any_series import YEAR

pytestmark = pytest.mark.anyio

YEARS = YEAR * 4
WEEK = [1.0, 2.0, 3.0, 4.0, 5.0, 9.0, 8.0]
SHORT = [5.0, 6.0, 5.5, 6.5, 5.0, 6.0, 7.0, 6.5]


async def ask(client: Client, **body: Any) -> dict[str, Any]:
    answer = await client.post("/predict", json={"model": "any-series", "horizon": 12, **body})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_window_goes_on_as_the_season_that_was_sent(any_series_client: Client) -> None:
    found = await ask(any_series_client, window=YEARS, season=12, horizon=14)
    assert found["predictions"] == pytest.approx([*YEAR, *YEAR[:2]])
    assert "season" not in found
    level = (await ask(any_series_client, window=YEARS, season=1, horizon=8))["predictions"]
    assert max(level) == pytest.approx(min(level))


async def test_a_season_that_was_found_is_told(any_series_client: Client) -> None:
    found = await ask(any_series_client, window=YEARS)
    assert found["season"] == 12
    assert found["predictions"] == pytest.approx(YEAR)
    found = await ask(any_series_client, window=SHORT)
    assert found["season"] is None


@pytest.mark.parametrize(
    ("freq", "window", "season"),
    [
        ("1mo", YEARS, 12),
        ("1q", YEARS, 4),
        ("1y", YEARS, 1),
        ("1d", WEEK * 3, 7),
        ("1h", YEARS * 4, 24),  # 192 values hold no week twice
        ("1h", YEARS * 8, [24, 168]),
        ("1mo", SHORT, 1),  # no year twice
        ("1w", YEARS * 3, 52),
    ],
)
async def test_the_frequency_tells_its_usual_seasons(
    any_series_client: Client, freq: str, window: list[float], season: int | list[int]
) -> None:
    expected = await ask(any_series_client, window=window, season=season)
    both: list[dict[str, Any]] = [{}, {"end": "2024-03-31"}]
    for times in both:
        found = await ask(any_series_client, window=window, freq=freq, **times)
        assert found["predictions"] == expected["predictions"]
        assert "season" not in found
        assert ("timestamps" in found) == bool(times)


async def test_timestamps_tell_the_frequency_and_are_answered(any_series_client: Client) -> None:
    times = [f"{2020 + month // 12}-{month % 12 + 1:02}-01" for month in range(48)]
    found = await ask(any_series_client, window=[*YEARS[:47], 99.0], timestamps=times, horizon=2)
    assert found["timestamps"] == ["2024-01-01T00:00:00+00:00", "2024-02-01T00:00:00+00:00"]
    own = await ask(any_series_client, window=[*YEARS[:47], 99.0], season=12, horizon=2)
    assert found["predictions"] == own["predictions"]


async def test_what_was_sent_goes_before_the_frequency(any_series_client: Client) -> None:
    found = await ask(any_series_client, window=WEEK * 4, season=7, freq="1mo", end="2024-01-31", horizon=7)
    assert found["predictions"] == pytest.approx(WEEK)


async def test_each_of_many_windows_has_its_own_length_and_season(any_series_client: Client) -> None:
    windows = [YEARS, WEEK * 3, YEAR * 3, SHORT]
    found = await ask(any_series_client, windows=windows, season=[12, [7], None, None], horizon=7)
    assert found["season"] == [None, None, 12, None]
    assert found["predictions"][0] == pytest.approx(YEAR[:7])
    assert found["predictions"][1] == pytest.approx(WEEK)
    for index, each in enumerate(windows):
        alone = await ask(any_series_client, window=each, season=[12, 7, 12, 1][index], horizon=7)
        assert found["predictions"][index] == pytest.approx(alone["predictions"])
    for_all = await ask(any_series_client, windows=[YEARS, YEAR * 3], season=12)
    assert for_all["predictions"] == [pytest.approx(YEAR)] * 2
    assert "season" not in for_all


async def test_missing_values_are_filled(any_series_client: Client) -> None:
    window: list[float | None] = [*YEARS]
    window[13] = window[30] = window[-1] = None
    found = await ask(any_series_client, window=window, season=12)
    assert found["predictions"] == pytest.approx(YEAR, abs=1.5)
    many = await ask(any_series_client, windows=[YEARS, window], season=12)
    assert many["predictions"][1] == pytest.approx(found["predictions"])


@pytest.mark.parametrize(
    ("body", "location", "message"),
    [
        ({"window": YEARS, "season": 25}, "season", "a season of 25 values is longer than half the window of 48"),
        ({"window": YEARS, "season": [4, 30]}, "season", "a season of 30 values is longer than half"),
        ({"windows": [YEARS, SHORT], "season": 12}, "season", "longer than half the window of 8"),
        ({"windows": [YEARS, SHORT], "season": [12, 5]}, "season[1]", "longer than half the window of 8"),
        ({"windows": [YEARS, SHORT], "season": [12]}, "season", "with an item for each of the 2, but 1 came"),
        ({"window": YEARS, "season": [2, 3, 4, 6]}, "season", "a list of at most 3 numbers"),
        ({"window": YEARS, "season": [12, None]}, "season", "a list of at most 3 numbers"),
        ({"window": YEARS, "season": [[12]]}, "season", "a list of at most 3 numbers"),
        ({"window": YEARS, "season": 0}, "season", "greater than or equal to 1, but 0 came"),
        ({"window": YEARS, "season": "12"}, "season", "expected a valid integer, but text came"),
        ({"window": YEARS, "season": 12.5}, "season", "integer"),
        ({"window": YEARS, "season": []}, "season", "expected at least 1 item, but 0 came"),
        ({"windows": [YEARS, YEARS], "season": [12, [2, 0]]}, "season[1][1]", "greater than or equal to 1"),
        ({"windows": [YEARS, YEARS], "season": [12, [2, 3, 4, 6]]}, "season[1]", "expected at most 3 items"),
        ({"model": "tiny", "window": SHORT, "season": 2}, "season", "learned its series' seasons in training"),
        ({"model": "tiny", "windows": [SHORT] * 2, "season": [None, 2]}, "season", "leave season out"),
        ({"model": "tiny", "window": SHORT, "freq": "1mo"}, "freq", "freq came without a time"),
        ({"window": SHORT, "freq": "1x"}, "freq", "a frequency is a duration such as"),
        ({"windows": [SHORT] * 2, "freq": ["1d", "1x"]}, "freq[1]", "a frequency is a duration such as"),
        ({"windows": [SHORT, SHORT[:7]]}, "windows[1]", "the window has 7 values; any-series@1 needs at least 8"),
        ({"window": [None] * 8}, "window", "the window has no value"),
    ],
)
async def test_what_can_not_be_a_season_is_refused_with_its_place(
    any_series_client: Client, body: dict[str, Any], location: str, message: str
) -> None:
    answer = await any_series_client.post("/predict", json={"model": "any-series", **body})
    assert answer.status_code == 422, answer.text
    problem = answer.json()
    assert [each["location"] for each in problem["errors"]] == [location]
    assert message in problem["errors"][0]["message"]
    if location.startswith("season"):
        assert problem["type"].endswith("invalid-request")


async def test_a_null_season_asks_nothing_of_another_model(any_series_client: Client) -> None:
    answer = await any_series_client.post("/predict", json={"model": "tiny", "window": SHORT, "season": None})
    assert answer.status_code == 200
    assert "season" not in answer.json()


async def test_requests_that_are_joined_keep_their_own_seasons(any_series_client: Client) -> None:
    bodies: list[dict[str, Any]] = [
        {"window": YEARS, "season": 12},
        {"window": YEARS},
        {"window": WEEK * 3, "season": 7},
        {"window": SHORT},
        {"window": YEARS, "season": 1},
    ]
    alone = [await ask(any_series_client, **body) for body in bodies]
    together = await asyncio.gather(*(ask(any_series_client, **body) for body in bodies))
    for one, joined in zip(alone, together, strict=True):
        assert joined.get("season", "told") == one.get("season", "told")
        assert joined["predictions"] == pytest.approx(one["predictions"])
    assert [each.get("season", "told") for each in together] == ["told", 12, "told", None, "told"]


async def test_a_stream_tells_the_season_at_its_end(any_series_client: Client) -> None:
    headers = {"Accept": "application/x-ndjson"}
    cases: list[tuple[dict[str, Any], dict[str, Any]]] = [({}, {"season": 12}), ({"season": 12}, {})]
    for more, told in cases:
        body = {"model": "any-series", "window": YEARS, "horizon": 12, "levels": [80], **more}
        lines = (await any_series_client.post("/predict", json=body, headers=headers)).text.splitlines()
        *steps, end = map(json.loads, lines)
        assert [each["prediction"] for each in steps] == pytest.approx(YEAR)
        assert end == {"done": True, "model": "any-series", "version": 1, **told}


async def test_intervals_follow_a_window_of_any_length(any_series_client: Client) -> None:
    calm = await ask(any_series_client, window=YEARS, levels=[80])
    adapted = await ask(any_series_client, window=YEARS, levels=[80], adapt=True)
    assert adapted["season"] == 12
    assert adapted["predictions"] == pytest.approx(calm["predictions"])
    width = [found["intervals"]["80"]["upper"][0] - YEAR[0] for found in (calm, adapted)]
    assert width[1] < width[0] / 2  # no forecast in the window was off
    many = await ask(any_series_client, windows=[YEARS, SHORT * 4], levels=[80], adapt=True, season=[12, None])
    assert many["season"] == [None, 8]
    assert many["intervals"]["80"]["upper"][0] == pytest.approx(adapted["intervals"]["80"]["upper"])


@pytest.mark.parametrize(
    ("body", "location", "message"),
    [
        ({"window": SHORT * 2, "season": 1}, "window", "has 16 values; to adapt to it any-series@1 needs at least 20"),
        (
            {"window": YEARS[:30], "season": 12},
            "window",
            "has 30 values; to adapt to it any-series@1 needs at least 34",
        ),
        ({"window": YEARS, "season": 30}, "season", "a season of 30 values is longer than half the window"),
        ({"window": SHORT[:7]}, "window", "the window has 7 values; any-series@1 needs at least 8"),
    ],
)
async def test_a_window_too_short_to_adapt_to_is_refused(
    any_series_client: Client, body: dict[str, Any], location: str, message: str
) -> None:
    asked = {"model": "any-series", "levels": [80], "adapt": True, **body}
    problem = (await any_series_client.post("/predict", json=asked)).json()
    assert [each["location"] for each in problem["errors"]] == [location]
    assert message in problem["errors"][0]["message"]


async def test_traffic_counts_windows_of_any_length(any_series_client: Client) -> None:
    await ask(any_series_client, windows=[YEARS, SHORT])
    told = (await any_series_client.get("/models/any-series/versions/1/traffic")).json()
    assert told["windows"] >= 2
    assert told["features"][0]["mean_shift"] is None  # every window is scaled by itself
