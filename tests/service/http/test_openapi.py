"""The OpenAPI document: true, complete, and with examples that work."""

from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from service.http.problems import MEDIA_TYPE
from service.schemas.predict import PredictRequest, PredictResponse
from service.settings import Settings
from tests.support.in_process import Client, running

pytestmark = pytest.mark.anyio


@pytest.fixture
async def document(client: Client) -> dict[str, Any]:
    found: dict[str, Any] = (await client.get("/openapi.json")).json()
    return found


async def test_the_paths_are_those_of_the_design(document: dict[str, Any]) -> None:
    assert set(document["paths"]) == {
        "/predict",
        "/models",
        "/models/{name}",
        "/models/{name}/versions/{version}",
        "/models/{name}/versions/{version}/plots/{plot}",
        "/models/{name}/versions/{version}/traffic",
        "/healthz",
        "/readyz",
        "/metrics",
        "/",
        "/v1/models",
        "/v1/models/{name}",
        "/v1/models/{name}/versions/{version}",
        "/v1/models/{name}/labels/{label}",
        "/v1/models/{name}/metadata",
        "/v1/models/{name}/versions/{version}/metadata",
        "/v1/models/{name}/labels/{label}/metadata",
        "/v1/models/{name}:predict",
        "/v1/models/{name}/versions/{version}:predict",
        "/v1/models/{name}/labels/{label}:predict",
        "/v1/timeseries/forecast",
        "/ping",
        "/invocations",
        "/model_params",
        "/validate_api_key",
        "/v2",
        "/v2/forecast",
        "/v2/cross_validation",
        "/v2/models",
        "/v2/health/live",
        "/v2/health/ready",
        "/v2/models/{name}",
        "/v2/models/{name}/ready",
        "/v2/models/{name}/infer",
        "/v2/models/{name}/versions/{version}",
        "/v2/models/{name}/versions/{version}/ready",
        "/v2/models/{name}/versions/{version}/infer",
    }


async def test_every_parameter_is_described(document: dict[str, Any]) -> None:
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    described = [each["description"] for operation in operations for each in operation.get("parameters", ())]
    assert len(described) > 20
    assert all(described)


async def test_every_example_request_works_as_it_stands(client: Client, document: dict[str, Any]) -> None:
    examples = document["paths"]["/predict"]["post"]["requestBody"]["content"]["application/json"]["examples"]
    assert set(examples) == {"driven", "many", "pair", "tiny"}
    for name, example in examples.items():
        answer = await client.post("/predict", json=example["value"])
        assert answer.status_code == 200, answer.text
        assert answer.json()["model"] == name


async def test_examples_ask_for_all_that_a_model_can_give(timed_client: Client) -> None:
    document = (await timed_client.get("/openapi.json")).json()
    examples = document["paths"]["/predict"]["post"]["requestBody"]["content"]["application/json"]["examples"]
    answers = {}
    for name, example in examples.items():
        answer = await timed_client.post("/predict", json=example["value"])
        assert answer.status_code == 200, answer.text
        answers[name] = {key for key in answer.json() if key in ("timestamps", "intervals")}
    assert answers == {"clock": {"timestamps", "intervals"}, "monthly": {"intervals"}, "wide": {"intervals"}}


async def test_the_descriptions_say_what_intervals_promise(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    for schema, field in (("PredictRequest", "levels"), ("PredictResponse", "intervals"), ("Card", "calibration")):
        assert "arginal" in schemas[schema]["properties"][field]["description"]


async def test_every_example_parameter_works(client: Client, document: dict[str, Any]) -> None:
    for path, operations in document["paths"].items():
        asked = {}
        for parameter in operations.get("get", {}).get("parameters", []):
            path = path.replace("{" + parameter["name"] + "}", parameter["example"])
            if parameter["in"] == "query":
                asked[parameter["name"]] = parameter["example"]
        if "get" in operations:
            assert (await client.get(path, params=asked)).status_code == 200


@pytest.mark.parametrize("status", ["400", "404", "413", "415", "422", "500", "503", "504"])
async def test_every_error_of_predict_is_documented_with_an_example(document: dict[str, Any], status: str) -> None:
    content = document["paths"]["/predict"]["post"]["responses"][status]["content"]
    assert set(content) == {MEDIA_TYPE}
    assert content[MEDIA_TYPE]["schema"] == {"$ref": "#/components/schemas/Problem"}
    assert {each["value"]["status"] for each in content[MEDIA_TYPE]["examples"].values()} == {int(status)}


async def test_examples_fit_their_schemas_and_no_reference_dangles(document: dict[str, Any]) -> None:
    operation = document["paths"]["/predict"]["post"]

    def check(schema: dict[str, Any], value: object) -> None:
        jsonschema_rs.validate({**schema, "components": document["components"]}, value)

    body = operation["requestBody"]["content"]["application/json"]
    for example in body["examples"].values():
        check(body["schema"], example["value"])
    for response in operation["responses"].values():
        for content in response["content"].values():
            for example in content["examples"].values():
                check(content["schema"], example["value"])


async def test_every_reference_leads_to_a_schema(document: dict[str, Any]) -> None:
    def references(part: Any) -> set[str]:
        if isinstance(part, list):
            return set().union(*map(references, part))
        if not isinstance(part, dict):
            return set()
        return set().union(*map(references, part.values())) | {part["$ref"] for _ in [0] if "$ref" in part}

    known = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert references(document["paths"]) | references(document["components"]) <= known
    assert len(document["paths"]["/predict"]["post"]["responses"]["422"]["content"][MEDIA_TYPE]["examples"]) == 9
    assert (
        "driven" in document["paths"]["/predict"]["post"]["responses"]["200"]["content"]["application/json"]["examples"]
    )


async def test_the_documentation_page_names_no_other_host(client: Client) -> None:
    page = await client.get("/docs")
    assert page.status_code == 200
    assert "http://" not in page.text.replace("http://rollcast", "")
    assert "https://" not in page.text
    for script in ("swagger-ui-bundle.js", "swagger-ui.css", "favicon.png"):
        assert script in page.text
        assert (await client.get(f"/static-offline-docs/{script}")).status_code == 200


def test_every_field_of_a_forecast_is_in_the_docs() -> None:
    documented = (Path(__file__).parents[3] / "docs" / "api.md").read_text()
    for field in PredictRequest.model_fields.keys() | PredictResponse.model_fields.keys():
        assert f"`{field}`" in documented


async def test_examples_follow_the_models_that_are_loaded(registry_path: Path) -> None:
    async with running(Settings(registry=registry_path, preload=1)) as client:

        async def examples() -> set[str]:
            paths = (await client.get("/openapi.json")).json()["paths"]
            return set(paths["/predict"]["post"]["requestBody"]["content"]["application/json"]["examples"])

        assert await examples() == {"many"}  # the champion
        assert (await client.post("/predict", json={"model": "tiny", "window": [1, 2, 3, 4]})).status_code == 200
        assert await examples() == {"many", "tiny"}
