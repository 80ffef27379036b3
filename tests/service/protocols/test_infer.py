"""Requests of the Open Inference Protocol: which are refused, and what becomes of covariates."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.inference.sent_covariates import SentCovariates
from models.references import Reference
from service.protocols.infer import read_infer
from service.settings import Settings
from tests.service.metrics.test_training_facts import manifest_of
from tests.support.in_process import Client, running

pytestmark = pytest.mark.anyio

WINDOW = [1.0, 2.0, 3.0, 4.0]
HEADER = "Inference-Header-Content-Length"


def tensor(name: str, data: Any, datatype: str = "FP64", **more: Any) -> dict[str, Any]:
    return {"name": name, "shape": list(np.shape(data)), "datatype": datatype, "data": data, **more}


def asked(*inputs: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"inputs": list(inputs), **more}


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
    (asked(tensor("window", [WINDOW] * 1_001)), 422, "expected 1 to 1000 rows, but 1001 came"),
    (asked({**GOOD, "shape": [0, 4], "data": []}), 422, "expected 1 to 1000 rows, but 0 came"),
    (asked(GOOD, parameters={"seed": 1}), 422, "seed is for sample paths"),
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
    (asked(GOOD, tensor("end", [["2024"]], "BYTES")), 422, "expected the shape [1]"),
    (asked(GOOD, tensor("freq", [["1d"]], "BYTES")), 422, "expected the shape [1]"),
    (asked(GOOD, tensor("timestamps", [[["2024"] * 4]], "BYTES")), 422, "expected the shape [1, length]"),
    (asked(GOOD, {"name": "end", "shape": [0], "datatype": "BYTES", "data": []}), 422, "expected the shape [1]"),
    (asked(GOOD, tensor("static.x", [["a"]], "BYTES")), 422, "expected the shape [1]"),
    (asked(GOOD, parameters={"end": ["2024", "2025"]}), 422, "end: expected one for each of 1 windows, but 2 came"),
    (asked(GOOD, parameters={"freq": []}), 422, "freq: expected one for each of 1 windows, but 0 came"),
    (asked(GOOD, parameters={"freq": "1d"}), 422, "freq[0]: freq came without a time"),
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


COVARIATES = (
    tensor("future.load", [[1.0] * 5, [2.0] * 5]),
    tensor("future.kind", [["a"] * 5, ["b"] * 5], "BYTES"),
    tensor("past.visitors", [[3.0] * 4, [4.0] * 4]),
    tensor("static.region", ["north", "south"], "BYTES"),
)


async def test_covariates_are_inputs_by_kind_and_name() -> None:
    body = json.dumps(asked(tensor("window", [WINDOW, WINDOW]), *COVARIATES)).encode()
    request = read_infer(body, Reference("tiny"), None, 1_000).request(manifest_of())
    assert request.covariates == SentCovariates(
        future=[{"load": [1.0] * 5, "kind": ["a"] * 5}, {"load": [2.0] * 5, "kind": ["b"] * 5}],
        past=[{"visitors": [3.0] * 4}, {"visitors": [4.0] * 4}],
        static=[{"region": "north"}, {"region": "south"}],
    )
    alone = [{**each, "shape": each["shape"][1:] or [1], "data": each["data"][0]} for each in COVARIATES[:3]]
    body = json.dumps(asked(tensor("window", WINDOW), *alone, tensor("static.region", ["north"], "BYTES"))).encode()
    request = read_infer(body, Reference("tiny"), None, 1_000).request(manifest_of())
    assert request.covariates.future == [{"load": [1.0] * 5, "kind": ["a"] * 5}]
    assert request.covariates.static == [{"region": "north"}]
