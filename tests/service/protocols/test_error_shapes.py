"""Errors in each protocol's words, wherever they arise."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from models.errors import Overloaded
from service.http.problems import STOPS
from service.protocols.error_shapes import shape_of
from service.settings import Settings
from tests.support.in_process import Client, running
from tests.support.keys import key_record, secret_of, write_keys

pytestmark = pytest.mark.anyio

INFER = "/v2/models/tiny/infer"
BODY = {"inputs": [{"name": "window", "shape": [4], "datatype": "FP64", "data": [1, 2, 3, 4]}]}


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    return write_keys(tmp_path / "keys.json", key_record("reader", "read"), key_record("asker", "predict"))


def key(name: str) -> dict[str, str]:
    return {"X-API-Key": secret_of(name)}


@pytest.mark.parametrize(
    ("path", "schema"),
    [
        ("/v2", "ErrorText"),
        ("/v2/", "ErrorText"),
        ("/v2/models/x/infer", "ErrorText"),
        ("/v2/models", "Detail"),
        ("/v2/forecast", "Detail"),
        ("/model_params", "Detail"),
        ("/v1/models/x:predict", "ErrorText"),
        ("/v1/timeseries/forecast", "TimeSeriesError"),
        ("/v23", None),
        ("/predict", None),
        ("/", None),
        ("", None),
    ],
)
def test_the_first_part_of_a_path_tells_the_protocol(path: str, schema: str | None) -> None:
    shape = shape_of(path)
    assert (None if shape is None else shape.schema) == schema


async def test_keys_are_asked_for_in_the_protocol_s_words(registry_path: Path, keys: Path) -> None:
    async with running(Settings(registry=registry_path, api_keys_file=keys)) as client:
        nobody = await client.post(INFER, json=BODY)
        assert (nobody.status_code, nobody.headers["www-authenticate"]) == (401, "Bearer")
        assert nobody.json()["error"].startswith("this needs an API key")
        reader = await client.post(INFER, json=BODY, headers=key("reader"))
        assert (reader.status_code, "needs the scope predict" in reader.json()["error"]) == (403, True)
        assert (await client.post(INFER, json=BODY, headers=key("asker"))).status_code == 200
        assert (await client.get("/v2/models/tiny", headers=key("asker"))).status_code == 403
        assert (await client.get("/v2/models/tiny", headers=key("reader"))).status_code == 200
        assert (await client.get("/v2/health/ready")).status_code == 200


async def test_what_nixtla_s_client_asks_first_needs_the_key_of_a_forecast(registry_path: Path, keys: Path) -> None:
    async with running(Settings(registry=registry_path, api_keys_file=keys)) as client:
        for path in ("/model_params?model=tiny", "/validate_api_key"):
            assert (await client.get(path, headers=key("asker"))).status_code == 200
            reader = await client.get(path, headers=key("reader"))
            assert (reader.status_code, "needs the scope predict" in reader.json()["detail"]) == (403, True)
            assert (await client.get(path)).status_code == 401


async def test_whatever_forecasts_needs_a_key_that_may(registry_path: Path, keys: Path) -> None:
    async with running(Settings(registry=registry_path, api_keys_file=keys)) as client:
        paths = (await client.get("/openapi.json", headers=key("reader"))).json()["paths"]
        asked = [
            path.format(name="tiny", version=1, label="champion") for path, each in paths.items() if "post" in each
        ]
        assert len(asked) > 2
        for path in asked:
            for spelled in (path, f"{path}%0A"):
                answer = await client.post(spelled, json=BODY, headers=key("reader"))
                assert (answer.status_code, path) == (403, path)
                assert (await client.post(spelled, json=BODY, headers=key("asker"))).status_code != 403


async def test_overload_is_told_likewise(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise Overloaded("too much waits", 3)

    monkeypatch.setattr("service.dispatch.admission.Admission.check_engine", full)
    answer = await client.post(INFER, json=BODY)
    assert (answer.status_code, answer.headers["retry-after"], answer.json()) == (503, "3", {"error": "too much waits"})


async def test_whoever_waits_when_the_service_stops_is_told_so(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    async def cancelled(*_: object) -> None:
        raise asyncio.CancelledError

    monkeypatch.setattr("service.protocols.asking.exchange", cancelled)
    answer = await client.post(INFER, json=BODY)
    assert (answer.status_code, answer.json()) == (503, {"error": STOPS})


async def test_the_document_tells_errors_as_they_are_answered(registry_path: Path, keys: Path) -> None:
    async with running(Settings(registry=registry_path, api_keys_file=keys)) as client:
        document: dict[str, Any] = (await client.get("/openapi.json", headers=key("reader"))).json()
    for path, operations in document["paths"].items():
        shape = shape_of(path)
        for operation in operations.values():
            for status, told in operation["responses"].items():
                [(kind, content)] = list(told.get("content", {"": {}}).items())[:1]
                if int(status) < 400:
                    assert "problem" not in kind
                elif shape is None:
                    assert kind == "application/problem+json"
                else:
                    assert content["schema"] == {"$ref": f"#/components/schemas/{shape.schema}"}
                    assert all("type" not in each["value"] for each in content["examples"].values())
