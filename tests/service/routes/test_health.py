"""GET /healthz and /readyz, with whole, broken, empty and missing registries."""

import asyncio
import json
import shutil
import threading
from pathlib import Path
from typing import Any

import pytest

from models.inference.forecaster import Forecaster
from models.registry.registry import Registry
from models.spec.manifest import Manifest
from service.settings import Settings
from tests.support.in_process import Client, running

pytestmark = pytest.mark.anyio


@pytest.fixture
def copied(registry_path: Path, tmp_path: Path) -> Path:
    """A copy of the registry, to be broken."""
    return Path(shutil.copytree(registry_path, tmp_path / "copy"))


async def test_alive(client: Client) -> None:
    assert (await client.get("/healthz")).json() == {"status": "alive"}


async def test_ready_names_what_was_loaded_at_start_up(client_of_its_own: Client) -> None:
    ready = (await client_of_its_own.get("/readyz")).json()
    assert ready == {
        "status": "ready",
        "models": [
            {"model": "driven", "version": 1},
            {"model": "many", "version": 2},
            {"model": "pair", "version": 1},
            {"model": "tiny", "version": 1},
        ],
        "references": {"driven": 1, "many": 2, "many@champion": 2, "pair": 1, "tiny": 1},
        "refused": [],
    }


async def test_ready_once_the_champions_are_open(registry_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    go, opened = threading.Event(), Registry.open

    def open_slowly(registry: Registry, name: str, version: int, **options: Any) -> tuple[Manifest, Forecaster]:
        if name != "many":
            go.wait(30)
        return opened(registry, name, version, **options)

    monkeypatch.setattr(Registry, "open", open_slowly)
    async with running(Settings(registry=registry_path), preloaded=False) as client:
        ready = await client.get("/readyz")
        go.set()
        async with asyncio.timeout(30):
            while len((await client.get("/readyz")).json()["models"]) < 4:
                await asyncio.sleep(0.01)
    assert ready.status_code == 200
    assert ready.json()["models"] == [{"model": "many", "version": 2}]


async def test_a_broken_model_is_reported_and_the_others_serve(copied: Path) -> None:
    graph = copied / "pair" / "1" / "model.onnx"
    graph.write_bytes(graph.read_bytes()[:-1] + b"x")
    async with running(Settings(registry=copied)) as client:
        ready = (await client.get("/readyz")).json()
        refused = await client.post("/predict", json={"model": "pair", "window": [[1, 2]] * 4})
        served = await client.post("/predict", json={"model": "tiny", "window": [1, 2, 3, 4]})
    assert ready["refused"] == [
        {"model": "pair", "version": 1, "reason": "model.onnx is not the file that was published: its SHA-256 differs"}
    ]
    assert refused.status_code == 503
    assert refused.json()["detail"].startswith("pair@1 is not served: model.onnx")
    assert served.status_code == 200


async def test_an_alias_of_a_version_that_is_gone_is_reported(copied: Path) -> None:
    shutil.rmtree(copied / "many" / "2")
    async with running(Settings(registry=copied)) as client:
        ready = (await client.get("/readyz")).json()
        answer = await client.post("/predict", json={"model": "many", "window": [1, 2, 3, 4]})
        other = await client.post("/predict", json={"model": "many@3", "window": [1, 2, 3, 4]})
    assert ready["refused"] == [{"model": "many", "version": 2, "reason": "an alias names it, but it is not there"}]
    assert answer.status_code == 404
    assert other.status_code == 200


async def test_aliases_that_cannot_be_read_stop_that_name_alone(copied: Path) -> None:
    (copied / "many" / "aliases.json").write_text('{"champion": "2"}')
    async with running(Settings(registry=copied)) as client:
        ready = (await client.get("/readyz")).json()
        listed = (await client.get("/models/many")).json()
        bare = await client.post("/predict", json={"model": "many", "window": [1, 2, 3, 4]})
        exact = await client.post("/predict", json={"model": "many@1", "window": [1, 2, 3, 4]})
    assert "must map aliases to version numbers" in ready["refused"][0]["reason"]
    assert "must map aliases to version numbers" in listed["problem"]
    assert bare.status_code == 503
    assert exact.status_code == 200


async def test_not_ready_where_every_model_was_refused(copied: Path) -> None:
    for name in ("driven", "many", "tiny"):
        shutil.rmtree(copied / name)
    (copied / "pair" / "1" / "manifest.json").write_text("{")
    async with running(Settings(registry=copied)) as client:
        answer = await client.get("/readyz")
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert "every model was refused; pair@1: manifest.json is not valid" in answer.json()["detail"]


async def test_not_ready_while_the_first_model_is_opened(registry_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    go, opened = threading.Event(), Registry.open

    def open_slowly(registry: Registry, name: str, version: int, **options: Any) -> tuple[Manifest, Forecaster]:
        go.wait(30)
        return opened(registry, name, version, **options)

    monkeypatch.setattr(Registry, "open", open_slowly)
    async with running(Settings(registry=registry_path, open_timeout_s=0.05)) as client:
        answer = await client.get("/readyz")
        go.set()
        async with asyncio.timeout(30):
            while (await client.get("/readyz")).status_code != 200:
                await asyncio.sleep(0.01)
    assert answer.status_code == 503
    assert answer.json()["detail"] == "no model is open yet; the first are being opened"


async def test_a_registry_that_cannot_be_read_any_more_is_told(registry_path: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(registry_path, tmp_path / "copy"))
    async with running(Settings(registry=root, poll_s=0.02)) as client:
        root.rename(tmp_path / "aside")
        async with asyncio.timeout(30):
            while "registry_problem" not in (ready := (await client.get("/readyz")).json()):
                await asyncio.sleep(0.01)
        served = await client.post("/predict", json={"model": "tiny", "window": [1, 2, 3, 4]})
    assert ready["status"] == "ready"
    assert "is it mounted?" in ready["registry_problem"]
    assert served.status_code == 200


@pytest.mark.parametrize("folder", ["empty", "missing"])
async def test_an_empty_or_missing_registry_is_ready_and_says_how_to_fill_it(tmp_path: Path, folder: str) -> None:
    (tmp_path / "empty").mkdir()
    async with running(Settings(registry=tmp_path / folder)) as client:
        ready = await client.get("/readyz")
        models = await client.get("/models")
        answer = await client.post("/predict", json={"window": [1.0]})
        document = await client.get("/openapi.json")
    assert ready.status_code == 200
    assert "rollcast train sine-lstm" in ready.json()["hint"]
    assert models.json()["models"] == []
    assert answer.status_code == 422
    assert "rollcast train sine-lstm" in answer.json()["detail"]
    assert "examples" not in json.dumps(document.json()["paths"]["/predict"]["post"]["requestBody"])
