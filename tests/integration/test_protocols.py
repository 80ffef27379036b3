"""Other protocols over a real socket, byte for byte as their clients send."""

import http.client
import json
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.support.real_server import Server, real_server

WINDOW = [1.0, 2.0, 3.0, 4.0]
ROUTE = "/v1/endpoints/7/deployedModels/8"
HEADER = "Inference-Header-Content-Length"


@pytest.fixture(scope="module")
def server(registry_path: Path) -> Iterator[Server]:
    routes = {"AIP_PREDICT_ROUTE": f"{ROUTE}:predict", "AIP_HEALTH_ROUTE": ROUTE}
    with real_server(registry=registry_path, **routes) as server:
        yield server


@pytest.fixture
def connection(server: Server) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=20)
    yield connection
    connection.close()


def sent(connection: http.client.HTTPConnection, body: bytes, path: str, **headers: str) -> tuple[Any, bytes]:
    """An answer and its body; nothing but what is told is in the request's headers."""
    connection.request("POST", path, body, {name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    return answer, answer.read()


def test_triton_sends_bytes_without_a_content_type_and_gets_bytes(connection: http.client.HTTPConnection) -> None:
    window = {"name": "window", "shape": [1, 4], "datatype": "FP64", "parameters": {"binary_data_size": 32}}
    told = json.dumps({"inputs": [window], "parameters": {"binary_data_output": True, "horizon": 2}}).encode()
    for _ in range(2):  # on one connection
        answer, content = sent(
            connection,
            told + struct.pack("<4d", *WINDOW),
            "/v2/models/tiny/infer",
            Inference_Header_Content_Length=str(len(told)),
        )
        assert answer.status == 200, content
        length = int(answer.headers[HEADER])
        [output] = json.loads(content[:length])["outputs"]
        assert (output["shape"], len(content) - length) == ([1, 2], 16)
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_triton_s_json_has_no_content_type_either(connection: http.client.HTTPConnection) -> None:
    window = {"name": "window", "shape": [4], "datatype": "INT64", "data": [1, 2, 3, 4]}
    answer, content = sent(connection, json.dumps({"inputs": [window]}).encode(), "/v2/models/tiny/infer")
    assert answer.status == 200, content
    assert json.loads(content)["model_name"] == "tiny"


def test_vertex_ai_s_routes_are_those_that_it_tells_the_container(connection: http.client.HTTPConnection) -> None:
    connection.request("GET", ROUTE)
    assert connection.getresponse().read() == b'{"ready":true}'
    body = {"instances": [WINDOW], "parameters": {"model": "tiny"}}
    answer, content = sent(connection, json.dumps(body).encode(), f"{ROUTE}:predict", Content_Type="application/json")
    assert (answer.status, list(json.loads(content))) == (200, ["predictions"])


def test_a_body_that_is_too_large_is_told_in_the_protocol_s_words(connection: http.client.HTTPConnection) -> None:
    answer, content = sent(connection, b" " * (1 << 20) + b"{}", "/invocations")
    assert (answer.status, json.loads(content)["error_code"]) == (413, "REQUEST_LIMIT_EXCEEDED")
    assert answer.headers["connection"] == "close"
