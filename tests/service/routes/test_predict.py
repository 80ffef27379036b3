"""POST /predict in process: what good requests get, and what bad ones get."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from models.references import Reference
from models.registry.registry import Registry
from models.timeseries.frequency import Frequency
from models.timeseries.time_index import TimeIndex
from service.app import as_served, create_app
from service.settings import Settings
from tests.support.in_process import Client

pytestmark = pytest.mark.anyio

WINDOW = [1.0, 2.0, 3.0, 4.0]  # what the model "tiny" needs
PAIRS = [[1.0, 10.0], [2.0, 20.0], [3.0, 30.0], [4.0, 40.0]]  # and "pair", of two features and lead 2


@pytest.fixture
def timed(timed_path: Path) -> Registry:
    return Registry.at(timed_path)


def expected(registry: Registry, name: str, window: list[Any], horizon: int) -> Any:
    _, forecaster = registry.open(*registry.resolve(Reference(name)))
    return forecaster.forecast([window], horizon)[0]


async def test_next_value(client: Client, registry: Registry) -> None:
    answer = await client.post("/predict", json={"model": "tiny", "window": WINDOW})
    assert answer.status_code == 200
    assert answer.json() == {
        "model": "tiny",
        "version": 1,
        "predictions": expected(registry, "tiny", WINDOW, 1)[:, 0].tolist(),
    }


async def test_rollout(client: Client, registry: Registry) -> None:
    answer = await client.post("/predict", json={"model": "tiny", "window": WINDOW, "horizon": 48})
    assert answer.json()["predictions"] == expected(registry, "tiny", WINDOW, 48)[:, 0].tolist()


async def test_a_longer_window_is_cut_to_its_end(client: Client) -> None:
    short = await client.post("/predict", json={"model": "tiny", "window": WINDOW})
    long = await client.post("/predict", json={"model": "tiny", "window": [9.0, 9.0, *WINDOW]})
    assert long.json() == short.json()


async def test_whole_numbers_are_numbers(client: Client) -> None:
    answer = await client.post("/predict", json={"model": "tiny", "window": [1, 2, 3, 4]})
    assert answer.json() == (await client.post("/predict", json={"model": "tiny", "window": WINDOW})).json()


async def test_several_features_give_rows(client: Client, registry: Registry) -> None:
    answer = await client.post("/predict", json={"model": "pair", "window": PAIRS, "horizon": 3})
    predictions = answer.json()["predictions"]
    assert np.shape(predictions) == (3, 2)
    assert predictions == expected(registry, "pair", PAIRS, 3).tolist()


async def test_fewer_targets_than_features_give_numbers(client: Client) -> None:
    answer = await client.post("/predict", json={"model": "driven", "window": PAIRS})
    assert np.shape(answer.json()["predictions"]) == (1,)


async def test_many_windows_answer_in_order_whatever_their_lengths(client: Client) -> None:
    windows = [WINDOW, [5.0, *WINDOW[::-1]], [0.0] * 6]
    together = await client.post("/predict", json={"model": "tiny", "windows": windows, "horizon": 7})
    alone = [await client.post("/predict", json={"model": "tiny", "window": each, "horizon": 7}) for each in windows]
    assert np.allclose(together.json()["predictions"], [each.json()["predictions"] for each in alone], atol=1e-6)


async def test_more_windows_than_one_call_of_the_network_takes(client: Client) -> None:
    windows = [[float(number), 2.0, 3.0, 4.0] for number in range(300)]
    answer = await client.post("/predict", json={"model": "tiny", "windows": windows})
    last = await client.post("/predict", json={"model": "tiny", "window": windows[-1]})
    assert np.shape(answer.json()["predictions"]) == (300, 1)
    assert np.allclose(answer.json()["predictions"][-1], last.json()["predictions"], atol=1e-6)


@pytest.mark.parametrize(("reference", "version"), [("many", 2), ("many@1", 1), ("many@3", 3), ("many@champion", 2)])
async def test_a_version_or_an_alias_is_taken_at_its_word(client: Client, reference: str, version: int) -> None:
    answer = await client.post("/predict", json={"model": reference, "window": WINDOW})
    assert (answer.json()["model"], answer.json()["version"]) == ("many", version)


async def test_the_model_may_be_left_out_where_there_is_one(lone_client: Client) -> None:
    answer = await lone_client.post("/predict", json={"window": WINDOW})
    assert answer.json()["model"] == "tiny"


CLOCK: dict[str, Any] = {"model": "clock", "window": WINDOW, "end": "2024-04-06T23:30:00+11:00", "horizon": 3}


async def test_times_go_into_a_model_of_the_calendar_and_come_back(timed_client: Client, timed: Registry) -> None:
    answer = await timed_client.post("/predict", json=CLOCK)
    time_index = TimeIndex(datetime(2024, 4, 6, 12, 30, tzinfo=UTC), Frequency(0, 1_800_000_000))
    _, forecaster = timed.open("clock", 1)
    assert answer.json() == {
        "model": "clock",
        "version": 1,
        "predictions": forecaster.forecast([WINDOW], 3, times=[time_index])[0, :, 0].tolist(),
        "timestamps": ["2024-04-07T00:00:00+11:00", "2024-04-07T00:30:00+11:00", "2024-04-07T01:00:00+11:00"],
    }


async def test_timestamps_and_an_end_are_answered_alike(timed_client: Client) -> None:
    times = [f"2024-04-06T{clock}:00+11:00" for clock in ("22:00", "22:30", "23:00", "23:30")]
    by_end = await timed_client.post("/predict", json=CLOCK)
    for fields in ({"timestamps": times}, {"timestamps": times, "freq": "30m"}):
        by_each = await timed_client.post("/predict", json={"model": "clock", "window": WINDOW, "horizon": 3, **fields})
        assert by_each.json() == by_end.json()


async def test_another_time_is_another_forecast(timed_client: Client) -> None:
    one = (await timed_client.post("/predict", json=CLOCK)).json()
    other = (await timed_client.post("/predict", json={**CLOCK, "end": "2024-04-06T11:30:00+11:00"})).json()
    assert one["predictions"] != other["predictions"]


@pytest.mark.parametrize("count", [2, 400])  # here, and in a thread
async def test_many_windows_bring_their_own_times(timed_client: Client, count: int) -> None:
    ends = [f"2024-04-{1 + number % 28:02}T23:30:00Z" for number in range(count)]
    body = {"model": "clock", "windows": [WINDOW] * count, "end": ends, "horizon": 3, "levels": [95]}
    together = (await timed_client.post("/predict", json=body)).json()
    for place in (0, count - 1):
        body = {"model": "clock", "window": WINDOW, "end": ends[place], "horizon": 3, "levels": [95]}
        alone = (await timed_client.post("/predict", json=body)).json()
        assert together["timestamps"][place] == alone["timestamps"]
        assert np.allclose(together["predictions"][place], alone["predictions"], atol=1e-6)
        for side in ("lower", "upper"):
            assert np.allclose(together["intervals"]["95"][side][place], alone["intervals"]["95"][side], atol=1e-6)


async def test_the_last_days_of_months_are_followed_by_last_days(timed_client: Client) -> None:
    times = ["2023-11-30", "2023-12-31", "2024-01-31", "2024-02-29"]
    body = {"model": "monthly", "window": WINDOW, "timestamps": times, "horizon": 2}
    answer = await timed_client.post("/predict", json=body)
    assert answer.json()["timestamps"] == ["2024-03-31T00:00:00+00:00", "2024-04-30T00:00:00+00:00"]


async def test_a_model_that_knows_no_times_hands_them_on(client: Client) -> None:
    body = {"model": "tiny", "window": WINDOW, "end": "2024-12-31T18:00Z", "freq": "12h"}
    answer = (await client.post("/predict", json=body)).json()
    plain = (await client.post("/predict", json={"model": "tiny", "window": WINDOW})).json()
    assert answer == {**plain, "timestamps": ["2025-01-01T06:00:00+00:00"]}


async def test_levels_give_intervals_around_the_predictions(timed_client: Client) -> None:
    body = {"model": "wide", "window": PAIRS, "horizon": 3, "levels": [80, 97.5, 50.0]}
    answer = (await timed_client.post("/predict", json=body)).json()
    assert set(answer) == {"model", "version", "predictions", "intervals"}
    # Of 39 errors the 32nd, 39th and 20th, times the step, times the columns' scales of 2 and 3.
    for level, rank in (("80", 32), ("97.5", 39), ("50", 20)):
        half = rank / 10 * np.arange(1, 4)[:, None] * [2, 3]
        assert answer["intervals"][level]["lower"] == pytest.approx(np.array(answer["predictions"]) - half, abs=1e-5)
        assert answer["intervals"][level]["upper"] == pytest.approx(np.array(answer["predictions"]) + half, abs=1e-5)
    assert list(answer["intervals"]) == ["80", "97.5", "50"]


async def test_intervals_are_in_the_scale_of_each_context(timed_client: Client) -> None:
    windows = [WINDOW, [10 * value for value in WINDOW]]
    answer = await timed_client.post("/predict", json={"model": "monthly", "windows": windows, "levels": [50]})
    bounds = answer.json()["intervals"]["50"]
    widths = np.array(bounds["upper"]) - bounds["lower"]
    assert widths.tolist() == [[pytest.approx(4 * np.std(WINDOW))], [pytest.approx(40 * np.std(WINDOW))]]


async def test_what_comes_at_the_same_time_is_answered_as_if_it_came_alone(timed_client: Client) -> None:
    levels, long = {"levels": [50, 80]}, [9.0, *WINDOW]
    bodies = [
        *({"model": "wide", "window": window, "horizon": 3, **levels} for window in (PAIRS, PAIRS[::-1])),
        *({"model": "monthly", "window": window, **levels} for window in (WINDOW, long, WINDOW[::-1])),
        *({"model": "monthly", "window": window} for window in (WINDOW, [1.0, 2.0, 3.0, 4000.0], long)),
        *({"model": "wide", "window": window, **levels} for window in (PAIRS, PAIRS[::-1])),
        *({**CLOCK, "window": window} for window in (WINDOW, WINDOW[::-1])),
        {"model": "wide", "window": PAIRS[:2], **levels},
        {"model": "wide", "window": [[1.0]] * 4, **levels},
        {"model": "wide", "window": PAIRS, "levels": [99.9]},
        {"model": "wide", "window": PAIRS, "levels": [99.9]},
    ]
    alone = [await timed_client.post("/predict", json=body) for body in bodies]
    together = await asyncio.gather(*(timed_client.post("/predict", json=body) for body in bodies))
    assert [each.status_code for each in alone] == [200] * 12 + [422] * 4
    for one, other in zip(alone, together, strict=True):
        assert one.status_code == other.status_code
        assert close_to(one.json(), other.json())


@pytest.mark.parametrize("horizon", [1, 7])
async def test_what_comes_together_is_one_request_of_the_engine(client_of_its_own: Client, horizon: int) -> None:
    async def called() -> dict[str, float]:
        text = (await client_of_its_own.get("/metrics")).text
        names = ("rollcast_engine_batch_rows_count", "rollcast_engine_batch_rows_sum", "rollcast_traffic_requests")
        return {line.split()[0]: float(line.split()[1]) for line in text.splitlines() if line.startswith(names)}

    body = {"model": "tiny", "window": WINDOW, "horizon": horizon}
    await client_of_its_own.post("/predict", json=body)
    before = await called()
    await asyncio.gather(*(client_of_its_own.post("/predict", json=body) for _ in range(5)))
    after = await called()
    gained = {name: after[name] - before[name] for name in after if 'call="step"' not in name}
    assert {name.partition("{")[0]: value for name, value in gained.items() if value} == {
        "rollcast_engine_batch_rows_count": 1,
        "rollcast_engine_batch_rows_sum": 5,
        "rollcast_traffic_requests_total": 5,
    }


def close_to(one: Any, other: Any) -> bool:
    """Whether two documents are the same but for float32 rounding."""
    match one, other:
        case dict(), dict():
            return one.keys() == other.keys() and all(close_to(one[key], other[key]) for key in one)
        case list(), list():
            return len(one) == len(other) and all(map(close_to, one, other))
        case float(), float():
            return one == pytest.approx(other, abs=1e-5)
    return bool(one == other)


async def test_a_window_far_from_all_that_training_saw_is_warned_of(timed_client: Client) -> None:
    out_of_range = [1.0, 2.0, 3.0, 4000.0]
    answer = (await timed_client.post("/predict", json={**CLOCK, "window": out_of_range})).json()
    assert answer["warnings"] == [
        "the window holds values far outside those of training (trained on 0 to 0): the forecast may be far off"
    ]
    body = {"model": "clock", "windows": [WINDOW, out_of_range, out_of_range], "end": [CLOCK["end"]] * 3}
    several = (await timed_client.post("/predict", json=body)).json()["warnings"]
    assert several[0].startswith("windows[1] and windows[2] hold values far outside")
    assert "warnings" not in (await timed_client.post("/predict", json=CLOCK)).json()


TIMED: dict[str, tuple[dict[str, Any], str, str]] = {
    "no times": (
        {"end": None},
        "timestamps",
        "clock@1 takes in the day, weekday of each value: send the window's time",
    ),
    "another freq": ({"freq": "1h"}, "freq", 'clock@1 was trained on values 30m apart: send those, with freq "30m"'),
    "other timestamps": (
        {"end": None, "timestamps": ["2024-01-01", "2024-01-02", "2024-01-03", "2024-01-04"]},
        "timestamps",
        "clock@1 was trained on values 30m apart",
    ),
    "another freq of one": (
        {"window": None, "windows": [WINDOW] * 2, "end": ["2024-01-01"] * 2, "freq": ["30m", "1h"]},
        "freq[1]",
        "trained on values 30m apart",
    ),
    "a gap": (
        {"end": None, "timestamps": ["2024-01-01T00:00", "2024-01-01T00:30", "2024-01-01T01:30", "2024-01-01T02:00"]},
        "timestamps[2]",
        "expected a time 30m after the one before it, but it is 1h",
    ),
    "no text": ({"end": 1704067200}, "end", "expected a valid string, but a number came"),
    "no texts": ({"end": None, "timestamps": [None]}, "timestamps[0]", "expected a valid string, but null came"),
    "long": ({"end": "2" * 41}, "end", "expected at most 40 characters, but more came"),
    "before all years": ({"end": "0002-01-01", "horizon": 1}, "end", "must lie in the years 2 to 9998"),
    "level too high": ({"levels": [80, 98]}, "levels", "a level of 98 needs more than the 39 errors"),
    "horizon too long": ({"levels": [80], "horizon": 4}, "levels", "intervals are calibrated up to step 3, not 4"),
    "level twice": ({"levels": [80, 80.0]}, "levels", "expected each level once, but one came again"),
    "no levels": ({"levels": []}, "levels", "expected at least 1 item, but 0 came"),
    "11 levels": ({"levels": list(range(1, 12))}, "levels", "expected at most 10 items, but more came"),
    "level 0": ({"levels": [0]}, "levels[0]", "expected a number greater than 0, but 0 came"),
}


@pytest.mark.parametrize("case", TIMED)
async def test_bad_times_and_levels_are_explained_with_their_place(timed_client: Client, case: str) -> None:
    change, place, message = TIMED[case]
    found = problem(await timed_client.post("/predict", json={**CLOCK, **change}))
    assert found["type"] == "urn:rollcast:problem:invalid-request"
    assert found["errors"][0]["location"] == place
    assert message in found["errors"][0]["message"]


async def test_bounds_and_times_count_among_the_values_of_an_answer(timed_client: Client) -> None:
    body = {"model": "monthly", "windows": [WINDOW] * 1000, "end": ["2024-01-01"] * 1000, "horizon": 70}
    found = problem(await timed_client.post("/predict", json={**body, "levels": [1, 2, 3, 4, 5, 6, 7]}))
    assert "1000 windows and a horizon of 70, each with 16 values, make 1120000" in found["detail"]


def problem(answer: httpx.Response) -> dict[str, Any]:
    assert answer.headers["content-type"] == "application/problem+json"
    assert len(answer.content) <= 4096
    found: dict[str, Any] = answer.json()
    assert found["status"] == answer.status_code
    assert {"type", "title", "detail"} <= set(found)
    return found


GOOD = {"model": "tiny", "window": WINDOW}
BAD: dict[str, tuple[dict[str, Any], int, str]] = {
    "too short": ({"window": [1.0, 2.0]}, 422, "window: the window has 2 values; tiny@1 needs at least 4"),
    "empty": ({"window": []}, 422, "window: the window has 0 values; tiny@1 needs at least 4"),
    "null": (
        {"window": [1, None, 3, 4]},
        422,
        "window[1]: expected a number, but none came: values must",
    ),
    "text": ({"window": [1, 2, 3, "4"]}, 422, "window[3]: expected a valid number, but text came"),
    "boolean": ({"window": [1, 2, 3, True]}, 422, "window[3]: expected a valid number, but a boolean came"),
    "object": ({"window": {"0": 1}}, 422, "window: expected a valid array, but an object came"),
    "a row for one feature": ({"window": [[1, 2]] * 4}, 422, "window[0]: each value must be a number, but a row of 2"),
    "numbers for two features": (
        {"model": "pair", "window": WINDOW},
        422,
        "window[0]: each value must be a row of 2 numbers (a, b), but a single number came",
    ),
    "three for two features": ({"model": "pair", "window": [[1, 2, 3]] * 4}, 422, "but a row of 3 came"),
    "ragged": ({"model": "pair", "window": [*PAIRS[:3], [1]]}, 422, "window[3]: each value must be a row of 2 numbers"),
    "empty row": ({"model": "pair", "window": [*PAIRS[:3], []]}, 422, "but a row of 0 came"),
    "a number among rows": ({"model": "pair", "window": [*PAIRS[:3], 4]}, 422, "window[3]: expected a valid array"),
    "beyond float32": ({"window": [1, 2, 3, 1e300]}, 422, "window[3]: values must be finite and fit in 32-bit floats"),
    "unknown model": ({"model": "tinny"}, 404, 'no model is named "tinny"; did you mean tiny?'),
    "unknown version": ({"model": "tiny@9"}, 404, "tiny has no version 9; its newest are 1"),
    "unknown alias": ({"model": "many@champ"}, 404, 'many has no alias "champ"; did you mean champion?'),
    "no alias at all": ({"model": "tiny@champion"}, 404, 'tiny has no alias "champion"; it has none'),
    "malformed model": ({"model": "../etc"}, 422, "model: expected a name, optionally with @ and a version"),
    "model as number": ({"model": 3}, 422, "model: expected a valid string, but a number came"),
    "model left out": ({"model": None}, 422, "model: name one of the models: driven, many, pair, tiny"),
    "horizon 0": ({"horizon": 0}, 422, "horizon: expected a number greater than or equal to 1, but 0 came"),
    "horizon -1": ({"horizon": -1}, 422, "horizon: expected a number greater than or equal to 1, but -1 came"),
    "horizon 1.5": ({"horizon": 1.5}, 422, "horizon: expected a valid integer, but a number came"),
    "horizon text": ({"horizon": "5"}, 422, "horizon: expected a valid integer, but text came"),
    "horizon null": ({"horizon": None}, 422, "horizon: expected a valid integer, but null came"),
    "horizon above": ({"horizon": 10_001}, 422, "horizon: the horizon may be at most 10000, not 10001"),
    "horizon 2**63": ({"horizon": 2**63}, 422, "horizon: the horizon may be at most 10000"),
    "horizon for too few targets": ({"model": "driven", "window": PAIRS, "horizon": 2}, 422, "the horizon must be 1"),
    "too large an answer": ({"window": None, "windows": [WINDOW] * 200, "horizon": 9_999}, 422, "at most 1000000"),
    "both": ({"windows": [WINDOW]}, 422, "send either window (one series) or windows (many), but both came"),
    "neither": ({"window": None}, 422, "send either window (one series) or windows (many), but neither came"),
    "unknown field": ({"steps": 5}, 422, "steps: there is no such field; the fields are model, window"),
    "no windows": ({"window": None, "windows": []}, 422, "windows: expected at least 1 item, but 0 came"),
    "1001 windows": (
        {"window": None, "windows": [[1]] * 1001},
        422,
        "windows: expected at most 1000 items, but more came",
    ),
    "one short window": ({"window": None, "windows": [WINDOW, [1]]}, 422, "windows[1]: the window has 1 value; tiny@1"),
    "text in windows": ({"window": None, "windows": [WINDOW, [1, "2"]]}, 422, "windows[1][1]: expected a valid number"),
    "levels": ({"levels": [80]}, 422, "levels: tiny@1 has no calibrated intervals: leave levels out"),
    "levels above 100": ({"levels": [101]}, 422, "levels[0]: expected a number less than 100, but 101 came"),
}


@pytest.mark.parametrize("case", BAD)
async def test_bad_values_are_explained(client: Client, case: str) -> None:
    change, status, detail = BAD[case]
    answer = await client.post("/predict", json={**GOOD, **change})
    assert answer.status_code == status
    assert detail in problem(answer)["detail"]


RAW: dict[str, tuple[bytes, int, str]] = {
    "NaN": (b'{"model":"tiny","window":[1,2,3,NaN]}', 422, "window[3]: expected a finite number"),
    "Infinity": (b'{"model":"tiny","window":[1,2,3,-Infinity]}', 422, "window[3]: expected a finite number"),
    "1e999": (b'{"model":"tiny","window":[1,2,3,1e999]}', 422, "window[3]: expected a finite number"),
    "NaN horizon": (b'{"model":"tiny","window":[1,2,3,4],"horizon":NaN}', 422, "horizon:"),
    "surrogate": (b'{"model":"\\ud800","window":[1,2,3,4]}', 400, "Invalid JSON"),
    "surrogate field": (b'{"\\ud800":1}', 400, "Invalid JSON"),
    "5000 digits": (
        b'{"model":"tiny","window":[' + b"1" * 5000 + b"]}",
        422,
        "expected numbers of a few digits, but thousands came at line 1 column 4328",
    ),
    "4000 digits": (b'{"model":"tiny","window":[1,' + b"1" * 4000 + b"]}", 422, "window[1]: expected a finite number"),
    "a field twice": (
        b'{"model":"tiny","window":[1,2,3,4],"horizon":1,"horizon":2}',
        422,
        "horizon: expected each field once, but this one came again: send one of them",
    ),
    "not JSON": (b"window=1,2,3", 400, "the body must be one JSON object"),
    "empty body": (b"", 400, "the body must be one JSON object"),
    "a list": (b"[1,2]", 422, "expected an object, but an array came"),
    "null": (b"null", 422, "expected an object, but null came"),
    "two objects": (b"{}{}", 400, "Invalid JSON"),
    "bad UTF-8": (b'{"model":"\xff"}', 400, "Invalid JSON"),
    "UTF-16": ('{"model":"tiny"}'.encode("utf-16"), 400, "Invalid JSON"),
    "byte order mark": (b'\xef\xbb\xbf{"model":"tiny"}', 400, "Invalid JSON"),
    "deep": (b'{"window":' + b"[" * 20_000, 400, "Invalid JSON: recursion limit exceeded"),
    "deeper": (b'{"window":' + b"[" * 150_000, 413, "the body may hold at most 60000 lists, but 150001 came"),
}


@pytest.mark.parametrize("case", RAW)
async def test_bad_json_is_explained(client: Client, case: str) -> None:
    body, status, detail = RAW[case]
    answer = await client.post("/predict", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == status
    assert detail in problem(answer)["detail"]


async def test_a_body_cut_anywhere_is_refused(client: Client) -> None:
    body = json.dumps({**GOOD, "horizon": 3}).encode()
    for end in range(len(body)):
        answer = await client.post("/predict", content=body[:end], headers={"content-type": "application/json"})
        assert problem(answer)["type"] == "urn:rollcast:problem:malformed-json"


async def test_many_bad_values_get_a_small_answer_that_echoes_nothing(client: Client) -> None:
    fields: dict[str, Any] = {f"secret-{number}" * 40: "password" for number in range(500)}
    answer = await client.post("/predict", json={**GOOD, **fields, "window": ["password"] * 1000})
    assert answer.status_code == 422
    assert problem(answer)["errors"]
    assert b"password" not in answer.content


async def test_a_body_full_of_unknown_fields_names_one(client: Client) -> None:
    body = json.dumps({**GOOD, **{f"field{number}": 0 for number in range(990)}})
    answer = await client.post("/predict", content=body, headers={"content-type": "application/json"})
    assert problem(answer)["detail"].startswith("field0: there is no such field")
    assert len(problem(answer)["errors"]) == 1  # naming all of them would take a second


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "application/xml", ""])
async def test_another_content_type_is_refused(client: Client, content_type: str) -> None:
    answer = await client.post("/predict", content=json.dumps(GOOD), headers={"content-type": content_type})
    assert answer.status_code == 415
    assert "Content-Type: application/json" in problem(answer)["detail"]


async def test_a_content_type_may_name_its_charset(client: Client) -> None:
    headers = {"content-type": "Application/JSON; charset=utf-8"}
    assert (await client.post("/predict", content=json.dumps(GOOD), headers=headers)).status_code == 200


async def test_a_body_at_the_limit_is_read_and_one_byte_more_is_not(client: Client) -> None:
    body = json.dumps(GOOD).encode()
    headers = {"content-type": "application/json"}
    at_limit = body.ljust(1 << 20)
    assert (await client.post("/predict", content=at_limit, headers=headers)).status_code == 200
    answer = await client.post("/predict", content=at_limit + b" ", headers=headers)
    assert answer.status_code == 413
    assert problem(answer)["detail"] == "the body may have at most 1048576 bytes; send fewer windows at a time"


async def test_a_forecast_past_its_deadline_is_given_up(impatient_client: Client) -> None:
    answer = await impatient_client.post("/predict", json={"model": "tiny", "window": WINDOW, "horizon": 9999})
    assert answer.status_code == 504
    assert "it took longer than 0.001 s; ask for fewer steps or windows" in problem(answer)["detail"]


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "HEAD"])
async def test_another_method_is_refused(client: Client, method: str) -> None:
    answer = await client.request(method, "/predict")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/predictions", "/predict/", "/models/tiny/versions", "/..%2f..%2fetc/passwd"])
async def test_an_unknown_path_is_a_problem_document(client: Client, path: str) -> None:
    answer = await client.get(path)
    assert answer.status_code == 404
    assert problem(answer)["type"] == "urn:rollcast:problem:unknown-path"


@pytest.mark.parametrize(
    "body", [b'{"model": "tiny", "window": [1, 2, 3, 4]}', b"{", b'{"window": [1]}', b'{"model": 1}']
)
async def test_the_documented_route_answers_as_the_short_cut_does(registry_path: Path, body: bytes) -> None:
    settings = Settings(registry=registry_path)
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        answers = []
        for served in (as_served(app, settings), app):
            transport = httpx.ASGITransport(served, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://rollcast") as client:
                answers.append(
                    await client.post("/predict", content=body, headers={"content-type": "application/json"})
                )
    short_cut, documented = answers
    assert short_cut.status_code == documented.status_code
    assert short_cut.content == documented.content
    assert short_cut.headers["content-type"] == documented.headers["content-type"]
    assert short_cut.headers["content-length"] == str(len(short_cut.content))
