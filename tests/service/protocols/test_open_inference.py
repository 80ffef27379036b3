"""The Open Inference Protocol in process: what its clients send, and what they get."""

import json
import struct
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from service.settings import Settings
from tests.support.in_process import Client, running

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


# What is refused

NAN = np.array([1.0, np.nan, 3.0, 4.0])
GOOD = tensor("window", WINDOW)
REFUSED: list[tuple[Any, int, str]] = [
    (b"{", 400, "the body must be one JSON object"),
    (b"[]", 422, "expected"),
    (asked(), 422, "expected at least 1 item"),
    (b'{"inputs": [], "inputs": []}', 422, "expected at least 1 item"),
    (json.dumps(asked(GOOD)).replace('"shape"', '"name": "window", "shape"').encode(), 422, "each field once"),
    (asked(tensor("input-0", WINDOW)), 422, "there is no such input; there are window"),
    (asked(tensor("end", ["2024"], "BYTES")), 422, "windows of several lengths are no tensor"),
    (asked(GOOD, GOOD), 422, "each input once"),
    (asked(tensor("window", WINDOW, "BYTES")), 422, "expected texts"),
    (asked(tensor("window", ["1", "2"], "BYTES")), 422, "expected numbers"),
    (asked(tensor("window", ["1", "2"])), 422, "expected numbers"),
    (asked(tensor("window", [True, False])), 422, "expected numbers"),
    (asked(tensor("window", WINDOW, "FP128")), 422, "expected one of FP64"),
    (asked({**GOOD, "shape": [5]}), 422, "the shape [5] holds 5 values, but 4 came"),
    (asked({**GOOD, "shape": [-4]}), 422, "expected a number"),
    (asked({**GOOD, "shape": []}), 422, "expected at least 1 item"),
    (asked({**GOOD, "data": [[1.0, 2.0], [3.0], 4.0], "shape": [2, 2]}), 422, "both came"),
    (asked({**GOOD, "data": [[1.0, 2.0], [3.0]], "shape": [2, 2]}), 422, "holds 4 values, but 3 came"),
    (asked({"name": "window", "shape": [4], "datatype": "FP64"}), 422, "expected data"),
    (asked({**GOOD, "data": [1, None, 3, 4]}), 422, "only masked models do without"),
    (asked({**GOOD, "data": [1, 1e300, 3, 4]}), 422, "must be finite"),
    (asked({**GOOD, "data": [1, 10**400, 3, 4]}), 422, "must be finite"),
    (asked(tensor("window", [WINDOW] * 1_001)), 422, "at most 1000 rows"),
    (asked({**GOOD, "shape": [2**20, 2**20]}), 413, "at most 250000 values"),
    (asked(tensor("window", [1.0, 2.0])), 422, "window[0]: the window has 2 values; tiny@1 needs at least 4"),
    (asked(GOOD, parameters={"horizon": 0}), 422, "parameters.horizon: expected a number"),
    (asked(GOOD, parameters={"horizon": "3"}), 422, "parameters.horizon: expected a valid integer, but text came"),
    (asked(GOOD, parameters={"horizn": 3}), 422, "horizn: there is no such parameter; there are horizon"),
    (asked(GOOD, parameters={"levels": "eighty"}), 422, "parameters.levels"),
    (asked(GOOD, parameters={"levels": [80]}), 422, "levels: tiny@1 has no calibrated intervals"),
    (asked(GOOD, parameters={"horizon": 20_000}), 422, "the horizon may be at most 10000"),
    (asked(GOOD, outputs=[{"name": "lower_80"}]), 422, "there are predictions; bounds need levels"),
    (asked(GOOD, tensor("end", [1.0])), 422, "end: expected texts"),
    (asked(GOOD, tensor("end", ["x" * 41], "BYTES")), 422, "at most 40 characters"),
    (asked(GOOD, tensor("end", ["2024", "2025"], "BYTES")), 422, "expected the shape [1]"),
    (asked(GOOD, tensor("timestamps", ["2024"], "BYTES"), tensor("end", ["2024"], "BYTES")), 422, "but both came"),
    (asked(GOOD, tensor("future.load", [1.0])), 422, "takes in no future covariates"),
    (asked(GOOD, tensor("future.", [1.0])), 422, "there is no such input"),
]


@pytest.mark.parametrize(("body", "status", "words"), REFUSED)
async def test_what_can_t_be_answered_is_told_in_the_protocol_s_words(
    client: Client, body: Any, status: int, words: str
) -> None:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = await client.post("/v2/models/tiny/infer", content=content)
    assert answer.headers["content-type"] == "application/json"
    assert set(answer.json()) == {"error"}
    assert (answer.status_code, words in answer.json()["error"]) == (status, True), answer.text
    assert int(answer.headers["content-length"]) == len(answer.content)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"data": b"1234567"}, "FP64 of the shape [4] take 32 bytes, but 7 came"),
        ({"data": b"", "size": 5}, "at most 0, the bytes left"),
        ({"data": b"", "size": True}, "at most 0, the bytes left"),
        ({"data": bytes(32), "size": 24}, "take 32 bytes, but 24 came"),
        ({"data": bytes(32), "datatype": "BYTES"}, "holds 4 values, but 8 came"),
        ({"data": b"\xff\xff\xff\xff", "datatype": "BYTES"}, "each after its length"),
        ({"data": b"\x01\x00\x00\x00\xff", "datatype": "BYTES"}, "expected texts in UTF-8"),
        ({"data": bytes(40), "size": 32}, "8 bytes follow those of the inputs"),
        ({"data": NAN.tobytes()}, "only masked models do without"),
    ],
)
async def test_bytes_that_are_no_tensor_are_refused(client: Client, change: dict[str, Any], words: str) -> None:
    data = change["data"]
    parameters = {"binary_data_size": change.get("size", len(data))}
    window = {"name": "window", "shape": [4], "datatype": change.get("datatype", "FP64"), "parameters": parameters}
    told = json.dumps(asked(window)).encode()
    answer = await client.post("/v2/models/tiny/infer", content=told + data, headers={HEADER: str(len(told))})
    assert answer.status_code == 422
    assert words in answer.json()["error"]


@pytest.mark.parametrize("length", ["-1", "x", "9" * 10, "٣"])
async def test_a_length_that_is_none_is_refused(client: Client, length: str) -> None:
    answer = await client.post("/v2/models/tiny/infer", json=asked(GOOD), headers={HEADER.encode(): length.encode()})
    assert answer.status_code == 422
    assert "bytes of the body are JSON" in answer.json()["error"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v2/models/nothing", 404),
        ("GET", "/v2/models/Nothing", 404),
        ("GET", "/v2/models/nothing/ready", 404),
        ("GET", "/v2/models/tiny/versions/9/ready", 404),
        ("GET", "/v2/models/tiny@1/versions/1", 404),
        ("POST", "/v2/models/nothing/infer", 404),
        ("POST", "/v2/models/tiny/versions/none/infer", 404),
        ("GET", "/v2/nothing", 404),
        ("GET", "/v2/models/tiny/infer", 405),
        ("POST", "/v2", 405),
        ("POST", "/v2/repository/models/tiny/load", 404),
    ],
)
async def test_what_is_not_there_is_told_likewise(client: Client, method: str, path: str, status: int) -> None:
    answer = await client.request(method, path, json=asked(GOOD) if method == "POST" else None)
    assert (answer.status_code, set(answer.json())) == (status, {"error"})


@pytest.mark.parametrize("kind", [None, "application/json", "text/plain", "application/x-www-form-urlencoded"])
@pytest.mark.parametrize("page", [False, True])
async def test_a_program_need_not_say_what_it_sends_but_a_page_must(
    client: Client, kind: str | None, page: bool
) -> None:
    headers = {"Content-Type": kind} if kind else {}
    headers |= {"Origin": "https://evil.example"} if page else {}
    answer = await client.post("/v2/models/tiny/infer", content=json.dumps(asked(GOOD)), headers=headers)
    assert answer.status_code == (415 if page and kind != "application/json" else 200)


async def test_bodies_are_bounded_as_those_of_predict(registry_path: Path) -> None:
    async with running(Settings(registry=registry_path, max_body_bytes=100)) as client:
        answer = await client.post("/v2/models/tiny/infer", json=asked(GOOD, id="x" * 100))
        assert (answer.status_code, "at most 100 bytes" in answer.json()["error"]) == (413, True)
    async with running(Settings(registry=registry_path, max_values=3)) as client:
        answer = await client.post("/v2/models/tiny/infer", json=asked(GOOD))
        assert (answer.status_code, "at most 3 values" in answer.json()["error"]) == (413, True)
    async with running(Settings(registry=registry_path, timeout_s=0.001)) as client:
        answer = await client.post("/v2/models/tiny/infer", json=asked(GOOD, parameters={"horizon": 10_000}))
        assert (answer.status_code, "was given up" in answer.json()["error"]) == (504, True)


async def test_compressed_bodies_are_refused(client: Client) -> None:
    answer = await client.post("/v2/models/tiny/infer", content=b"\x1f\x8b", headers={"Content-Encoding": "gzip"})
    assert (answer.status_code, "compressed" in answer.json()["error"]) == (415, True)
