"""The OpenAPI document of the other protocols: with bodies that work as they stand."""

from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from service.protocols.documented import _example_bodies
from service.settings import Settings
from tests.service.metrics.test_training_facts import manifest_of
from tests.support.in_process import Client, running

pytestmark = pytest.mark.anyio


async def examples(client: Client) -> dict[str, Any]:
    """By path, filled in, each body that is an example, once it is known to fit its schema."""
    document = (await client.get("/openapi.json")).json()
    found = {}
    for path, operations in document["paths"].items():
        operation = operations.get("post", {})
        content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
        if "example" in content:
            jsonschema_rs.validate({**content["schema"], "components": document["components"]}, content["example"])
            named = {each["name"]: each["example"] for each in operation.get("parameters", ())}
            found[path.format(**named)] = content["example"]
    return found


async def test_every_example_is_answered(client: Client, timed_client: Client, any_series_client: Client) -> None:
    for each, name in ((client, "driven"), (timed_client, "clock"), (any_series_client, "any-series")):
        bodies = await examples(each)
        assert set(bodies) == {
            "/invocations",
            "/v1/timeseries/forecast",
            *(["/v2/forecast", "/v2/cross_validation"] if each is not client else []),  # of one column
            f"/v1/models/{name}:predict",
            f"/v1/models/{name}/versions/1:predict",
            f"/v2/models/{name}/infer",
            f"/v2/models/{name}/versions/1/infer",
        }
        for path, body in bodies.items():
            answer = await each.post(path, json=body)
            assert answer.status_code == 200, (path, answer.text)


async def test_examples_are_those_of_the_models_that_are_open(registry_path: Path, tmp_path: Path) -> None:
    async with running(Settings(registry=tmp_path)) as client:
        assert await examples(client) == {}
    async with running(Settings(registry=registry_path)) as client:
        before = await examples(client)
        assert before == await examples(client)


def test_covariates_are_in_the_examples() -> None:
    golden = manifest_of().goldens[0].model_copy(update={"future": {"kind": ("a",) * 9}, "static": {"size": 2.0}})
    manifest = manifest_of().model_copy(update={"goldens": (golden,)})
    inputs = {each["name"]: each for each in _example_bodies(manifest)["InferRequest"]["inputs"]}
    assert (inputs["future.kind"]["datatype"], inputs["future.kind"]["shape"]) == ("BYTES", [1, 9])
    assert (inputs["static.size"]["data"], inputs["static.size"]["shape"]) == ([2.0], [1])
