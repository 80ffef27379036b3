"""The app as it is served: what is open, what can be closed, and what is not there at all."""

from pathlib import Path

import pytest

from models.errors import RollcastError
from service.app import create_server_app
from service.settings import Settings
from tests.support.in_process import running
from tests.support.keys import key_record, secret_of, write_keys

pytestmark = pytest.mark.anyio

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
ORIGIN = "https://pages.example"
BODY = {"model": "tiny", "window": [1, 2, 3, 4]}


# All that takes a body, and it makes forecasts alone.
FORECASTS = {
    "/predict",
    "/invocations",
    "/v1/models/{name}:predict",
    "/v1/models/{name}/versions/{version}:predict",
    "/v1/models/{name}/labels/{label}:predict",
    "/v2/models/{name}/infer",
    "/v2/models/{name}/versions/{version}/infer",
    "/v2/forecast",
    "/v2/cross_validation",
    "/v1/timeseries/forecast",
}

NAMED = {"name": "tiny", "version": 1, "label": "champion", "plot": "loss.png"}

# What other servers have been taken over by, beside this one's own.
ELSEWHERE = ["/", "/models/tiny/load", "/v2/repository/models/tiny/load", "/admin", "/upload", "/reload", "/shutdown"]


async def test_nothing_can_be_changed_over_http(registry_path: Path) -> None:
    async with running(Settings(registry=registry_path)) as client:
        document = (await client.get("/openapi.json")).json()
        told = {(method, path) for path, operations in document["paths"].items() for method in operations}
        forecasts = {path for method, path in told if method != "get"}
        assert forecasts == FORECASTS
        assert {method for method, _ in told} == {"get", "post"}
        paths = [path.format(**NAMED) for _, path in told]
        for path in (*paths, "/docs", "/openapi.json", *ELSEWHERE):
            for method in ("POST", "PUT", "PATCH", "DELETE"):
                if method != "POST" or path not in {each.format(**NAMED) for each in FORECASTS}:
                    answer = await client.request(method, path, json={})
                    assert answer.status_code in (404, 405), (method, path)


async def test_the_only_bodies_that_are_taken_are_json_and_tensors(registry_path: Path) -> None:
    async with running(Settings(registry=registry_path)) as client:
        document = (await client.get("/openapi.json")).json()
    bodies = {
        path: list(operation["requestBody"]["content"])
        for path, operations in document["paths"].items()
        for operation in operations.values()
        if "requestBody" in operation
    }
    assert bodies.keys() == FORECASTS
    assert {path for path, kinds in bodies.items() if kinds != ["application/json"]} == {
        path for path in FORECASTS if path.endswith("/infer")
    }
    assert {kind for kinds in bodies.values() for kind in kinds} == {"application/json", "application/octet-stream"}


async def test_docs_can_be_closed(registry_path: Path) -> None:
    async with running(Settings(registry=registry_path, docs=False, page=False)) as client:
        for path in ("/docs", "/openapi.json", "/static-offline-docs/swagger-ui.css", "/docs/oauth2-redirect"):
            answer = await client.get(path)
            assert answer.status_code == 404
            assert answer.json()["detail"] == "there is nothing at this path"
        assert "docs" not in (await client.get("/predict")).text
        root = await client.get("/", headers=BROWSER)
        assert (root.status_code, root.headers["location"]) == (307, "models")
        assert (await client.post("/predict", json=BODY)).status_code == 200


async def test_open_docs_are_told_of(registry_path: Path) -> None:
    async with running(Settings(registry=registry_path, page=False)) as client:
        assert "/docs lists" in (await client.get("/nothing")).json()["detail"]
        assert (await client.get("/", headers=BROWSER)).headers["location"] == "docs"


async def test_no_answer_depends_on_the_host_header(registry_path: Path) -> None:
    async with running(Settings(registry=registry_path)) as client:
        for path in ("/", "/docs", "/openapi.json", "/models", "/nothing"):
            plain = await client.get(path)
            forged = await client.get(path, headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"})
            assert (forged.status_code, forged.content) == (plain.status_code, plain.content)
            assert "evil" not in str(forged.headers)


def preflight(origin: str) -> dict[str, str]:
    return {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type,x-api-key",
    }


async def test_pages_of_other_origins_may_read_nothing_unless_they_are_named(registry_path: Path) -> None:
    async with running(Settings(registry=registry_path)) as client:
        for answer in (
            await client.post("/predict", json=BODY, headers={"Origin": ORIGIN}),
            await client.get("/models", headers={"Origin": ORIGIN}),
            await client.options("/predict", headers=preflight(ORIGIN)),
        ):
            assert not [name for name in answer.headers if name.startswith("access-control")]


async def test_named_origins_may_on_the_fast_path_and_where_refused_as_well(
    registry_path: Path, tmp_path: Path
) -> None:
    keys = write_keys(tmp_path / "keys.json", key_record("page", "predict"))
    settings = Settings(registry=registry_path, api_keys_file=keys, cors_origins=f"{ORIGIN},http://localhost:3000")
    key = {"X-API-Key": secret_of("page")}
    async with running(settings) as client:
        asked = await client.options("/predict", headers=preflight(ORIGIN))  # it brings no key
        assert asked.status_code == 200
        assert asked.headers["access-control-allow-origin"] == ORIGIN
        answers = [await client.post("/predict", json=BODY, headers={"Origin": ORIGIN, **more}) for more in (key, {})]
        assert [answer.status_code for answer in answers] == [200, 401]
        for answer in answers:
            assert answer.headers["access-control-allow-origin"] == ORIGIN
            assert "access-control-allow-credentials" not in answer.headers
        other = await client.post("/predict", json=BODY, headers={"Origin": "https://pages.example.evil", **key})
        assert "access-control-allow-origin" not in other.headers
        assert (await client.options("/predict", headers=preflight("https://evil.example"))).status_code == 400


async def test_keys_are_asked_for_before_the_fast_path_and_before_routes(registry_path: Path, tmp_path: Path) -> None:
    keys = write_keys(tmp_path / "keys.json", key_record("all", "predict", "read"))
    headers = {"X-API-Key": secret_of("all")}
    async with running(Settings(registry=registry_path, api_keys_file=keys)) as client:
        for method, path in (("POST", "/predict"), ("GET", "/models"), ("GET", "/docs"), ("GET", "/nothing")):
            assert (await client.request(method, path)).status_code == 401
        assert (await client.post("/predict", json=BODY, headers=headers)).status_code == 200
        assert (await client.get("/nothing", headers=headers)).status_code == 404
        assert (await client.get("/readyz")).status_code == 200


def test_keys_that_are_not_there_stop_the_start(tmp_path: Path) -> None:
    with pytest.raises(RollcastError, match="rollcast keys new"):
        create_server_app(Settings(api_keys_file=tmp_path / "missing.json"))


@pytest.mark.parametrize(("host", "warned"), [("0.0.0.0", True), ("127.0.0.1", False)])
async def test_a_service_that_is_open_to_all_says_so(
    registry_path: Path, host: str, warned: bool, caplog: pytest.LogCaptureFixture
) -> None:
    async with running(Settings(registry=registry_path, host=host)):
        pass
    assert ("everybody who reaches" in caplog.text) is warned
