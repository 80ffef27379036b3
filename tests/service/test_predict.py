"""POST /predict in process: what good requests get, and what bad ones get."""

import json
from typing import Any

import httpx
import numpy as np
import pytest

from models.names import Reference
from models.registry import Registry
from tests.support.in_process import Client

pytestmark = pytest.mark.anyio

WINDOW = [1.0, 2.0, 3.0, 4.0]  # what the model "tiny" needs
PAIRS = [[1.0, 10.0], [2.0, 20.0], [3.0, 30.0], [4.0, 40.0]]  # and "pair", of two features and lead 2


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
    "null": ({"window": [1, None, 3, 4]}, 422, "window[1]: expected a valid number, but null came"),
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
    "5000 digits": (b'{"model":"tiny","window":[' + b"1" * 5000 + b"]}", 400, "Invalid JSON"),
    "not JSON": (b"window=1,2,3", 400, "the body must be one JSON object"),
    "empty body": (b"", 400, "the body must be one JSON object"),
    "a list": (b"[1,2]", 422, "expected an object, but an array came"),
    "null": (b"null", 422, "expected an object, but null came"),
    "two objects": (b"{}{}", 400, "Invalid JSON"),
    "bad UTF-8": (b'{"model":"\xff"}', 400, "Invalid JSON"),
    "UTF-16": ('{"model":"tiny"}'.encode("utf-16"), 400, "Invalid JSON"),
    "byte order mark": (b'\xef\xbb\xbf{"model":"tiny"}', 400, "Invalid JSON"),
    "deep": (b'{"window":' + b"[" * 150_000, 400, "Invalid JSON"),
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
    body = json.dumps({**GOOD, **{f"field{number}": 0 for number in range(60_000)}})
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
