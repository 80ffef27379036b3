"""TensorFlow Serving's and KServe's first protocol in process."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from service.settings import Settings
from tests.support.in_process import Client, running

pytestmark = pytest.mark.anyio

WINDOW = [1.0, 2.0, 3.0, 4.0]
OTHER = [4.0, 3.0, 2.0, 1.0]
PAIRS = [[1.0, 10.0], [2.0, 20.0], [3.0, 30.0], [4.0, 40.0]]
PREDICT = "/v1/models/tiny:predict"
OK = {"error_code": "OK", "error_message": ""}


async def predicted(client: Client, **request: Any) -> Any:
    answer = await client.post("/predict", json=request)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def asked(client: Client, path: str = PREDICT, **request: Any) -> Any:
    # As curl -d sends it: TensorFlow's own examples name no content type.
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await client.post(path, content=json.dumps(request), headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_instances_are_windows(client: Client) -> None:
    expected = await predicted(client, model="tiny", windows=[WINDOW, [9.0, *OTHER]], horizon=3)
    parameters = {"horizon": 3}
    for instances in ([WINDOW, [9.0, *OTHER]], [{"window": WINDOW}, {"window": [9.0, *OTHER]}]):
        found = await asked(client, instances=instances, parameters=parameters, signature_name="serving_default")
        assert found == {"predictions": expected["predictions"]}
    assert await asked(client, instances=[WINDOW]) == {"predictions": [expected["predictions"][0][:1]]}


async def test_inputs_are_answered_column_by_column_as_well(client: Client, timed_client: Client) -> None:
    expected = (await predicted(client, model="tiny", windows=[WINDOW, OTHER], horizon=2))["predictions"]
    for inputs in ({"window": [WINDOW, OTHER]}, [WINDOW, OTHER]):
        found = await asked(client, inputs=inputs, parameters={"horizon": 2})
        assert found == {"predictions": expected, "outputs": expected}
    parameters = {"horizon": 2, "levels": [80]}
    found = await asked(timed_client, "/v1/models/wide:predict", inputs=[PAIRS, PAIRS], parameters=parameters)
    expected = await predicted(timed_client, model="wide", windows=[PAIRS, PAIRS], horizon=2, levels=[80])
    assert found["outputs"]["predictions"] == expected["predictions"]
    assert found["outputs"]["lower_80"] == expected["intervals"]["80"]["lower"]
    assert [each["lower_80"] for each in found["predictions"]] == found["outputs"]["lower_80"]


@pytest.mark.parametrize(
    ("path", "version"), [("many", 2), ("many/versions/1", 1), ("many/versions/3", 3), ("many/labels/champion", 2)]
)
async def test_a_version_or_a_label_stands_in_the_path(client: Client, path: str, version: int) -> None:
    expected = await predicted(client, model=f"many@{version}", windows=[WINDOW])
    assert (await asked(client, f"/v1/models/{path}:predict", instances=[WINDOW]))["predictions"] == expected[
        "predictions"
    ]
    metadata = (await client.get(f"/v1/models/{path}/metadata")).json()
    assert metadata["model_spec"] == {"name": "many", "signature_name": "", "version": str(version)}


async def test_the_status_tells_both_protocols(client: Client) -> None:
    versions = [{"version": version, "state": "AVAILABLE", "status": OK} for version in ("3", "2", "1")]
    assert (await client.get("/v1/models/many")).json() == {
        "name": "many",
        "ready": True,
        "model_version_status": versions,
    }
    for path in ("versions/2", "labels/champion"):
        told = (await client.get(f"/v1/models/many/{path}")).json()
        assert told["model_version_status"] == [versions[1]]
    assert (await client.get("/v1/models")).json() == {"models": ["driven", "many", "pair", "tiny"]}


async def test_a_refused_version_has_ended(registry_path: Path, tmp_path: Path) -> None:
    shutil.copytree(registry_path / "tiny", tmp_path / "tiny")
    (tmp_path / "tiny" / "1" / "model.onnx").write_bytes(b"damaged")
    async with running(Settings(registry=tmp_path)) as client:
        told = (await client.get("/v1/models/tiny")).json()
        assert (told["ready"], told["model_version_status"][0]["state"]) == (False, "END")
        assert "model.onnx" in told["model_version_status"][0]["status"]["error_message"]
        answer = await client.post(PREDICT, json={"instances": [WINDOW]})
        assert (answer.status_code, "is not served" in answer.json()["error"]) == (503, True)
        assert (await client.get("/v2/models/tiny/ready")).status_code == 503


async def test_the_signature_names_the_tensors(timed_client: Client) -> None:
    told = (await timed_client.get("/v1/models/wide/metadata")).json()["metadata"]["signature_def"]["signature_def"]
    signature = told["serving_default"]
    dims = [{"size": size, "name": ""} for size in ("-1", "-1", "2")]
    assert signature["inputs"] == {
        "window": {"name": "window:0", "dtype": "DT_DOUBLE", "tensor_shape": {"dim": dims, "unknown_rank": False}}
    }
    assert set(signature["outputs"]) == {"predictions", "lower_80", "upper_80", "lower_95", "upper_95"}
    clock = (await timed_client.get("/v1/models/clock/metadata")).json()["metadata"]["signature_def"]
    assert clock["signature_def"]["serving_default"]["inputs"]["end"]["dtype"] == "DT_STRING"


@pytest.mark.parametrize("accept", ["*/*", "application/json", ""])
async def test_a_program_at_the_root_is_told_that_it_is_alive(client: Client, accept: str) -> None:
    answer = await client.get("/", headers={"Accept": accept})
    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})


async def test_a_browser_at_the_root_gets_the_page(client: Client) -> None:
    answer = await client.get("/", headers={"Accept": "text/html,*/*;q=0.8"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")


@pytest.mark.parametrize(
    ("path", "body", "status", "words"),
    [
        (PREDICT, {"instances": [[1.0]]}, 422, "instances[0]: the window has 1 value; tiny@1 needs"),
        (PREDICT, {"instances": [1.0, 2.0]}, 422, "instances[0]: expected"),
        (PREDICT, {"instances": [WINDOW], "signature_name": "other"}, 422, "only signature is serving_default"),
        (PREDICT, {"instances": [WINDOW], "parameters": {"horizon": 0}}, 422, "parameters.horizon: expected"),
        (PREDICT, {"instances": [WINDOW], "parameters": {"model": "pair"}}, 422, "no such parameter"),
        (PREDICT, {"inputs": [WINDOW], "instances": [WINDOW]}, 422, "expected one of instances and inputs, but 2"),
        (PREDICT, {}, 422, "expected one of instances and inputs, but none"),
        (PREDICT, [], 422, "expected"),
        ("/v1/models/nothing:predict", {"instances": [WINDOW]}, 404, "no model is named"),
        ("/v1/models/tiny/versions/9:predict", {"instances": [WINDOW]}, 404, "no version 9"),
        ("/v1/models/tiny/labels/none:predict", {"instances": [WINDOW]}, 404, "no alias"),
        ("/v1/models/tiny:explain", {"instances": [WINDOW]}, 405, "POST is not answered"),
    ],
)
async def test_errors_are_text(client: Client, path: str, body: Any, status: int, words: str) -> None:
    answer = await client.post(path, json=body)
    assert (answer.status_code, set(answer.json())) == (status, {"error"}), answer.text
    assert words in answer.json()["error"]


@pytest.mark.parametrize(
    "path", ["nothing", "nothing/metadata", "tiny/versions/9", "tiny/labels/none", "tiny/versions/x/metadata", "TINY"]
)
async def test_what_is_not_there_is_told(client: Client, path: str) -> None:
    answer = await client.get(f"/v1/models/{path}")
    assert (answer.status_code, set(answer.json())) == (404, {"error"})


@pytest.mark.parametrize("path", ["tiny:predict", "tiny/versions/1:predict", "tiny/labels/champion:predict"])
async def test_a_wrong_method_is_told_the_right_one(client: Client, path: str) -> None:
    answer = await client.put(f"/v1/models/{path}", json={})
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
