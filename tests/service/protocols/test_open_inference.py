"""The Open Inference Protocol in process: what its clients send, and what they get."""

import json
import re
import struct
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from models.registry.registry import Registry
from service.settings import Settings
from tests.support.in_process import Client, running
from tests.support.tiny import publish_tiny, tiny_spec

pytestmark = pytest.mark.anyio

WINDOW = [1.0, 2.0, 3.0, 4.0]
PAIRS = [[1.0, 10.0], [2.0, 20.0], [3.0, 30.0], [4.0, 40.0]]
HEADER = "Inference-Header-Content-Length"


def tensor(name: str, data: Any, datatype: str = "FP64", **more: Any) -> dict[str, Any]:
    return {"name": name, "shape": list(np.shape(data)), "datatype": datatype, "data": data, **more}


def asked(*inputs: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"inputs": list(inputs), **more}


def binary(data: bytes, shape: list[int], datatype: str = "FP64", **more: Any) -> tuple[bytes, dict[str, str]]:
    """A body whose window follows the JSON, and the header that says so."""
    window = {"name": "window", "shape": shape, "datatype": datatype, "parameters": {"binary_data_size": len(data)}}
    told = json.dumps(asked(window, **more)).encode()
    return told + data, {HEADER: str(len(told))}


async def predicted(client: Client, **request: Any) -> Any:
    answer = await client.post("/predict", json=request)
    assert answer.status_code == 200, answer.text
    return answer.json()


def outputs(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    return {each["name"]: np.reshape(each["data"], each["shape"]).tolist() for each in answer.json()["outputs"]}


async def test_the_server_tells_who_it_is_and_how_it_is(client: Client) -> None:
    told = (await client.get("/v2")).json()
    assert (told["name"], told["extensions"]) == ("rollcast", ["binary_tensor_data"])
    assert (await client.get("/v2/health/live")).json() == {"live": True}
    assert (await client.get("/v2/health/ready")).json() == {"ready": True}
    assert (await client.get("/v2/models/tiny/ready")).json() == {"name": "tiny", "ready": True}
    assert (await client.get("/v2/models/many/versions/3/ready")).status_code == 200


async def test_metadata_name_the_tensors(client: Client, timed_client: Client) -> None:
    assert (await client.get("/v2/models/many")).json() == {
        "name": "many",
        "versions": ["1", "2", "3"],
        "platform": "onnxruntime_onnx",
        "inputs": [{"name": "window", "datatype": "FP64", "shape": [-1, -1]}],
        "outputs": [{"name": "predictions", "datatype": "FP64", "shape": [-1, -1]}],
    }
    pair = (await client.get("/v2/models/pair/versions/1")).json()
    assert pair["inputs"][0]["shape"] == pair["outputs"][0]["shape"] == [-1, -1, 2]
    clock = (await timed_client.get("/v2/models/clock")).json()
    assert [each["name"] for each in clock["inputs"]] == ["window", "end"]
    assert [each["name"] for each in clock["outputs"]] == [
        *("predictions", "lower_80", "upper_80", "lower_95", "upper_95")
    ]


@pytest.mark.parametrize("datatype", ["FP64", "FP32", "INT64", "INT8", "UINT16"])
@pytest.mark.parametrize("data", [WINDOW, [WINDOW]], ids=["one window", "rows"])
async def test_a_window_is_answered_as_by_predict(client: Client, data: Any, datatype: str) -> None:
    body = asked(tensor("window", data, datatype), parameters={"horizon": 3}, id="mine")
    answer = await client.post("/v2/models/tiny/infer", json=body)
    expected = await predicted(client, model="tiny", windows=[WINDOW], horizon=3)
    assert answer.json() == {
        "model_name": "tiny",
        "model_version": "1",
        "id": "mine",
        "outputs": [
            {
                "name": "predictions",
                "datatype": "FP64",
                "shape": [1, 3],
                "data": expected["predictions"][0],
            }
        ],
    }


async def test_several_features_and_data_that_are_flat(client: Client) -> None:
    flat = {"name": "window", "shape": [2, 4, 2], "datatype": "FP32", "data": np.ravel([PAIRS, PAIRS]).tolist()}
    answer = await client.post("/v2/models/pair/infer", json=asked(flat, parameters={"horizon": 2}))
    expected = await predicted(client, model="pair", windows=[PAIRS, PAIRS], horizon=2)
    assert outputs(answer) == {"predictions": expected["predictions"]}


@pytest.mark.parametrize(("version", "means"), [("1", "1"), ("3", "3"), ("champion", "2")])
async def test_a_version_stands_in_the_path(client: Client, version: str, means: str) -> None:
    answer = await client.post(f"/v2/models/many/versions/{version}/infer", json=asked(tensor("window", WINDOW)))
    assert answer.json()["model_version"] == means


@pytest.mark.parametrize("levels", [[80, 97.5], "80,97.5"])
async def test_levels_and_times_are_outputs(timed_client: Client, levels: Any) -> None:
    ends = ["2024-04-06T23:30:00+11:00", "2024-04-07T23:30:00+10:00"]
    body = asked(
        tensor("window", [WINDOW, WINDOW]),
        tensor("end", ends, "BYTES"),
        parameters={"horizon": 2, "levels": levels},
    )
    found = outputs(await timed_client.post("/v2/models/clock/infer", json=body))
    sent = {"model": "clock", "windows": [WINDOW, WINDOW], "end": ends, "horizon": 2, "levels": [80, 97.5]}
    expected = await predicted(timed_client, **sent)
    assert found["predictions"] == expected["predictions"]
    assert found["timestamps"] == expected["timestamps"]
    for level in ("80", "97.5"):
        assert found[f"lower_{level}"] == expected["intervals"][level]["lower"]
        assert found[f"upper_{level}"] == expected["intervals"][level]["upper"]


async def test_timestamps_are_a_tensor_and_freq_and_end_may_be_parameters(timed_client: Client) -> None:
    times = [f"2024-04-06T{clock}:00+11:00" for clock in ("22:00", "22:30", "23:00", "23:30")]
    url = "/v2/models/clock/infer"
    bodies = [
        asked(tensor("window", WINDOW), tensor("timestamps", times, "BYTES")),
        asked(tensor("window", [WINDOW]), tensor("timestamps", [times], "BYTES"), tensor("freq", ["30m"], "BYTES")),
        asked(tensor("window", WINDOW), parameters={"end": times[-1], "freq": "30m"}),
    ]
    answers = [(await timed_client.post(url, json=body)).json()["outputs"] for body in bodies]
    assert answers[0] == answers[1] == answers[2]
    assert answers[0][1]["data"] == ["2024-04-07T00:00:00+11:00"]


async def test_sample_paths_are_an_output(timed_client: Client) -> None:
    body = asked(tensor("window", [PAIRS]), parameters={"horizon": 3, "paths": 4, "seed": 7})
    found = outputs(await timed_client.post("/v2/models/wide/infer", json=body))
    expected = await predicted(timed_client, model="wide", windows=[PAIRS], horizon=3, paths=4, seed=7)
    assert found["paths"] == expected["paths"]
    assert np.shape(found["paths"]) == (1, 4, 3, 2)


async def test_a_window_far_off_is_warned_of(timed_client: Client) -> None:
    body = asked(tensor("window", [[9.0e3] * 4]), parameters={"end": "2024-04-06T23:30:00+11:00"})
    answer = await timed_client.post("/v2/models/clock/infer", json=body)
    assert "window[0] holds values far outside" in answer.json()["parameters"]["warnings"]


async def test_intervals_may_follow_the_window(timed_client: Client) -> None:
    window = [[float(number % 5), float(number % 3)] for number in range(40)]
    body = asked(tensor("window", [window]), parameters={"horizon": 2, "levels": 80, "adapt": True})
    found = outputs(await timed_client.post("/v2/models/wide/infer", json=body))
    expected = await predicted(timed_client, model="wide", windows=[window], horizon=2, levels=[80], adapt=True)
    assert found["lower_80"] == expected["intervals"]["80"]["lower"]


async def test_a_missing_value_is_null_or_nan(tmp_path: Path) -> None:
    publish_tiny(Registry.at(tmp_path), "masked", tiny_spec(masked=True))
    async with running(Settings(registry=tmp_path, log_windows=True)) as client:
        expected = await predicted(client, model="masked", windows=[[1.0, None, 3.0, 4.0]])
        holed = {"name": "window", "shape": [1, 4], "datatype": "FP64", "data": [1.0, None, 3.0, 4.0]}
        body, header = binary(np.array([1.0, np.nan, 3.0, 4.0], "<f4").tobytes(), [4], "FP32")
        answers = [
            await client.post("/v2/models/masked/infer", json=asked(holed)),
            await client.post("/v2/models/masked/infer", content=body, headers=header),
        ]
    for answer in answers:
        assert outputs(answer)["predictions"] == expected["predictions"]


async def test_metrics_name_routes_alone(client_of_its_own: Client) -> None:
    client = client_of_its_own
    for name in ("tiny", "nothing", "x" * 50):
        await client.post(f"/v2/models/{name}/infer", json=asked(tensor("window", WINDOW)))
    text = (await client.get("/metrics")).text
    counted = re.findall(r'^http_server_request_duration_seconds_count\{.*http_route="([^"]*)"', text, re.MULTILINE)
    assert set(counted) == {"/v2/models/{name}/infer"}
    assert 'rollcast_traffic_requests_total{model="tiny",version="1"} 1.0' in text


# As bytes


@pytest.mark.parametrize(("datatype", "dtype"), [("FP64", "<f8"), ("FP32", "<f4"), ("FP16", "<f2"), ("INT32", "<i4")])
async def test_tensors_come_and_go_as_bytes(client: Client, datatype: str, dtype: str) -> None:
    body, header = binary(
        np.array([WINDOW], dtype).tobytes(), [1, 4], datatype, parameters={"binary_data_output": True}
    )
    answer = await client.post("/v2/models/tiny/infer", content=body, headers=header)
    assert answer.headers["content-type"] == "application/octet-stream"
    length = int(answer.headers[HEADER])
    [output] = json.loads(answer.content[:length])["outputs"]
    expected = await predicted(client, model="tiny", window=WINDOW)
    assert output == {
        "name": "predictions",
        "datatype": "FP64",
        "shape": [1, 1],
        "parameters": {"binary_data_size": 8},
    }
    assert list(np.frombuffer(answer.content[length:], "<f8")) == expected["predictions"]


async def test_each_output_may_choose_its_form(timed_client: Client) -> None:
    end = b"2024-04-06T23:30:00+11:00"
    inputs = [
        {"name": "window", "shape": [1, 4], "datatype": "FP64", "parameters": {"binary_data_size": 32}},
        {"name": "end", "shape": [1], "datatype": "BYTES", "parameters": {"binary_data_size": 4 + len(end)}},
    ]
    wanted = [
        {"name": "timestamps", "parameters": {"binary_data": True}},
        {"name": "lower_80", "parameters": {"binary_data": False}},
    ]
    parameters = {"levels": [80], "binary_data_output": True}
    told = json.dumps({"inputs": inputs, "outputs": wanted, "parameters": parameters}).encode()
    body = told + np.array(WINDOW).tobytes() + struct.pack("<I", len(end)) + end
    answer = await timed_client.post("/v2/models/clock/infer", content=body, headers={HEADER: str(len(told))})
    times, lower = json.loads(answer.content[: int(answer.headers[HEADER])])["outputs"]
    assert (times["datatype"], times["shape"]) == ("BYTES", [1, 1])
    assert answer.content[int(answer.headers[HEADER]) :] == struct.pack("<I", 25) + b"2024-04-07T00:00:00+11:00"
    assert len(lower["data"]) == 1


async def test_a_large_body_is_read_in_its_thread(client: Client) -> None:
    windows = np.tile(WINDOW, (1_000, 25))
    body, header = binary(windows.astype("<f4").tobytes(), [1_000, 100], "FP32")
    assert len(body) > 1 << 15
    answer = await client.post("/v2/models/tiny/infer", content=body, headers=header)
    assert np.shape(outputs(answer)["predictions"]) == (1_000, 1)
