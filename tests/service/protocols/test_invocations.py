"""/ping and /invocations in process, as MLflow, SageMaker and Vertex AI use them."""

import json
from pathlib import Path
from typing import Any

import pytest

from service.settings import Settings
from tests.support.in_process import Client, running
from tests.support.keys import key_record, secret_of, write_keys

pytestmark = pytest.mark.anyio

WINDOW = [1.0, 2.0, 3.0, 4.0]
OTHER = [4.0, 3.0, 2.0, 1.0]
PAIRS = [[1.0, 10.0], [2.0, 20.0], [3.0, 30.0], [4.0, 40.0]]
TIMES = [f"2024-04-06T{clock}:00+11:00" for clock in ("22:00", "22:30", "23:00", "23:30")]
TINY = {"model": "tiny", "horizon": 3}


async def predicted(client: Client, **request: Any) -> Any:
    answer = await client.post("/predict", json=request)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def invoked(client: Client, **request: Any) -> Any:
    answer = await client.post("/invocations", json=request)
    assert answer.status_code == 200, answer.text
    return answer.json()["predictions"]


async def test_ping_is_readiness(client: Client) -> None:
    assert (await client.get("/ping")).status_code == 200


@pytest.mark.parametrize(
    "data",
    [
        {"instances": [WINDOW, OTHER]},
        {"instances": [{"window": WINDOW}, {"window": OTHER}]},
        {"inputs": [WINDOW, OTHER]},
        {"inputs": {"window": [WINDOW, OTHER]}},
        {"dataframe_split": {"columns": ["window"], "index": [0, 1], "data": [[WINDOW], [OTHER]]}},
        {"dataframe_records": [{"window": WINDOW}, {"window": OTHER}]},
    ],
    ids=lambda data: next(iter(data)),
)
@pytest.mark.parametrize("word", ["params", "parameters"])
async def test_windows_come_in_many_forms(client: Client, data: dict[str, Any], word: str) -> None:
    expected = await predicted(client, model="tiny", windows=[WINDOW, OTHER], horizon=3)
    assert await invoked(client, **data, **{word: TINY}) == expected["predictions"]


@pytest.mark.parametrize(
    "data",
    [
        {"inputs": WINDOW},
        {"inputs": {"window": WINDOW}},
        {"dataframe_split": {"columns": ["y"], "data": [[value] for value in WINDOW]}},
        {"dataframe_records": [{"value": value} for value in WINDOW]},
    ],
)
async def test_one_window_is_answered_by_its_steps(client: Client, data: dict[str, Any]) -> None:
    expected = await predicted(client, model="tiny", window=WINDOW, horizon=3)
    assert await invoked(client, **data, params=TINY) == expected["predictions"]


@pytest.mark.parametrize("columns", [["a", "b"], ["b", "a"]])
async def test_a_tables_columns_are_found_by_their_names(client: Client, columns: list[str]) -> None:
    rows = [[pair["ab".index(column)] for column in columns] for pair in PAIRS]
    expected = await predicted(client, model="pair", window=PAIRS, horizon=2)
    params = {"model": "pair", "horizon": 2}
    split = {"columns": columns, "data": rows}
    assert await invoked(client, dataframe_split=split, params=params) == expected["predictions"]
    records = [dict(zip(columns, row, strict=True)) for row in rows]
    assert await invoked(client, dataframe_records=records, params=params) == expected["predictions"]


async def test_levels_and_times_make_objects_of_the_answers(timed_client: Client) -> None:
    expected = await predicted(timed_client, model="clock", window=WINDOW, timestamps=TIMES, horizon=2, levels=[80])
    told = {
        "predictions": expected["predictions"],
        "lower_80": expected["intervals"]["80"]["lower"],
        "upper_80": expected["intervals"]["80"]["upper"],
        "timestamps": expected["timestamps"],
    }
    params = {"model": "clock", "horizon": 2, "levels": [80]}
    instance = {"window": WINDOW, "timestamps": TIMES}
    assert await invoked(timed_client, instances=[instance, instance], params=params) == [told, told]
    split = {"columns": ["timestamp", "load"], "data": [list(row) for row in zip(TIMES, WINDOW, strict=True)]}
    assert await invoked(timed_client, dataframe_split=split, params=params) == told
    by_parameter = {**params, "end": TIMES[-1], "freq": "30m"}
    assert await invoked(timed_client, instances=[WINDOW, WINDOW], params=by_parameter) == [told, told]


async def test_the_model_may_be_left_out_where_there_is_one(lone_client: Client) -> None:
    assert len(await invoked(lone_client, instances=[WINDOW])) == 1


async def test_a_window_far_off_is_warned_of(timed_client: Client) -> None:
    body = {"inputs": [9e3] * 4, "params": {"model": "clock", "end": TIMES[-1]}}
    answer = (await timed_client.post("/invocations", json=body)).json()
    assert "far outside those of training" in answer["warnings"][0]


REFUSED: list[tuple[Any, int, str, str]] = [
    (b"{", 400, "BAD_REQUEST", "must be one JSON object"),
    ({"params": TINY}, 422, "INVALID_PARAMETER_VALUE", "expected one of instances, inputs"),
    ({"instances": [WINDOW], "inputs": [WINDOW]}, 422, "INVALID_PARAMETER_VALUE", "but 2 came"),
    ({"instances": [WINDOW], "params": {}, "parameters": {}}, 422, "INVALID_PARAMETER_VALUE", "both came"),
    (b'{"inputs": [1], "inputs": [2]}', 422, "INVALID_PARAMETER_VALUE", "each field once"),
    ({"instances": [WINDOW]}, 422, "INVALID_PARAMETER_VALUE", "name one of the models"),
    ({"instances": [WINDOW], "params": {"model": "nothing"}}, 404, "RESOURCE_DOES_NOT_EXIST", "no model is named"),
    ({"instances": [WINDOW], "params": {"horizn": 2}}, 422, "INVALID_PARAMETER_VALUE", "no such parameter"),
    ({"instances": [WINDOW], "params": {**TINY, "horizon": 0}}, 422, "INVALID_PARAMETER_VALUE", "params.horizon"),
    ({"instances": [], "params": TINY}, 422, "INVALID_PARAMETER_VALUE", "instances: expected at least 1 item"),
    ({"instances": [1.0, 2.0], "params": TINY}, 422, "INVALID_PARAMETER_VALUE", "instances[0]: expected"),
    ({"instances": [WINDOW, ["x"]], "params": TINY}, 422, "INVALID_PARAMETER_VALUE", "instances[1][0]: expected"),
    ({"instances": [[1.0], WINDOW], "params": TINY}, 422, "INVALID_PARAMETER_VALUE", "instances[0]: the window has"),
    ({"instances": [WINDOW] * 1_001, "params": TINY}, 422, "INVALID_PARAMETER_VALUE", "at most 1000 items"),
    ({"instances": [{"window": WINDOW}, WINDOW], "params": TINY}, 422, "INVALID_PARAMETER_VALUE", "the same fields"),
    ({"instances": [{"value": 1}], "params": TINY}, 422, "INVALID_PARAMETER_VALUE", "expected window"),
    ({"inputs": {"load": WINDOW}, "params": TINY}, 422, "INVALID_PARAMETER_VALUE", "expected window"),
    ({"dataframe_split": {"columns": ["a", "a"], "data": [[1, 2]]}}, 422, "INVALID_PARAMETER_VALUE", "column once"),
    ({"dataframe_split": {"columns": ["a"], "data": [[1, 2]]}}, 422, "INVALID_PARAMETER_VALUE", "1 values in each row"),
    ({"dataframe_split": {"columns": ["timestamp"], "data": [["x"]]}}, 422, "INVALID_PARAMETER_VALUE", "beside"),
    ({"dataframe_records": [{"a": 1}, {"b": 1}]}, 422, "INVALID_PARAMETER_VALUE", "same columns"),
    (
        {"dataframe_records": [{"a": 1, "c": 1}] * 4, "params": {"model": "pair"}},
        *(422, "INVALID_PARAMETER_VALUE", "columns: pair@1 takes in the columns a and b"),
    ),
]


@pytest.mark.parametrize(("body", "status", "code", "words"), REFUSED)
async def test_what_can_t_be_answered_is_told_as_mlflow_does(
    client: Client, body: Any, status: int, code: str, words: str
) -> None:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = await client.post("/invocations", content=content, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["error_code"]) == (status, code), answer.text
    assert words in answer.json()["message"]
    assert set(answer.json()) == {"error_code", "message"}


async def test_the_reply_comes_before_sagemaker_gives_up(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.protocols.invocations.REPLY_WITHIN_S", 0.001)
    answer = await client.post("/invocations", json={"inputs": WINDOW, "params": {"model": "tiny", "horizon": 10_000}})
    assert (answer.status_code, answer.json()["error_code"]) == (504, "DEADLINE_EXCEEDED")


ROUTE = "/v1/endpoints/7/deployedModels/8"


async def test_the_routes_that_a_platform_names_are_answered(registry_path: Path, tmp_path: Path) -> None:
    keys = write_keys(tmp_path / "keys.json", key_record("asker", "predict"), key_record("reader", "read"))
    settings = Settings(
        registry=registry_path, predict_route=f"{ROUTE}:predict", health_route=ROUTE, api_keys_file=keys
    )
    body = {"instances": [WINDOW], "parameters": TINY}
    async with running(settings) as client:
        assert (await client.get(ROUTE)).status_code == 200
        asker, reader = ({"X-API-Key": secret_of(name)} for name in ("asker", "reader"))
        answer = await client.post(f"{ROUTE}:predict", json=body, headers=asker)
        assert len(answer.json()["predictions"][0]) == 3
        refused = await client.post(f"{ROUTE}:predict", json=body, headers=reader)
        assert (refused.status_code, set(refused.json())) == (403, {"error"})
        paths = (await client.get("/openapi.json", headers=reader)).json()["paths"]
        assert {ROUTE, f"{ROUTE}:predict"} < set(paths)


async def test_platforms_may_name_paths_that_there_are(registry_path: Path) -> None:
    settings = Settings(registry=registry_path, predict_route="/invocations", health_route="/healthz")
    async with running(settings) as client:
        assert (await client.get("/healthz")).json() == {"status": "alive"}
        assert (await client.post("/invocations", json={"inputs": WINDOW, "params": TINY})).status_code == 200
