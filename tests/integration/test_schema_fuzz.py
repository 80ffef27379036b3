"""Requests generated from the OpenAPI document, good and bad: every answer is one that it documents."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import hypothesis
import pytest
import schemathesis
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from tests.support.real_server import real_server
from tests.support.tiny import timed_registry, tiny_registry

OPERATIONS = [
    ("POST", "/predict"),
    ("GET", "/models"),
    ("GET", "/models/{name}"),
    ("GET", "/models/{name}/versions/{version}"),
    ("GET", "/models/{name}/versions/{version}/plots/{plot}"),
    ("GET", "/models/{name}/versions/{version}/traffic"),
    ("GET", "/metrics"),
    ("GET", "/healthz"),
    ("GET", "/readyz"),
    ("GET", "/"),
    ("GET", "/ping"),
    ("GET", "/v1/models"),
    ("GET", "/v1/models/{name}"),
    ("GET", "/v1/models/{name}/versions/{version}"),
    ("GET", "/v1/models/{name}/labels/{label}"),
    ("GET", "/v1/models/{name}/metadata"),
    ("GET", "/v1/models/{name}/versions/{version}/metadata"),
    ("GET", "/v1/models/{name}/labels/{label}/metadata"),
    ("POST", "/v1/models/{name}:predict"),
    ("POST", "/v1/models/{name}/versions/{version}:predict"),
    ("POST", "/v1/models/{name}/labels/{label}:predict"),
    ("POST", "/v1/timeseries/forecast"),
    ("POST", "/invocations"),
    ("GET", "/model_params"),
    ("GET", "/validate_api_key"),
    ("GET", "/v2"),
    ("POST", "/v2/forecast"),
    ("POST", "/v2/cross_validation"),
    ("GET", "/v2/models"),
    ("GET", "/v2/health/live"),
    ("GET", "/v2/health/ready"),
    ("GET", "/v2/models/{name}"),
    ("GET", "/v2/models/{name}/ready"),
    ("POST", "/v2/models/{name}/infer"),
    ("GET", "/v2/models/{name}/versions/{version}"),
    ("GET", "/v2/models/{name}/versions/{version}/ready"),
    ("POST", "/v2/models/{name}/versions/{version}/infer"),
]


def await_examples(url: str, count: int) -> None:
    """Wait until all models are open: the document has an example of each that is, and some open once it is ready."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        document = httpx.get(f"{url}/openapi.json").json()
        body = document["paths"]["/predict"]["post"]["requestBody"]["content"]["application/json"]
        if len(body["examples"]) >= count:
            return
        time.sleep(0.05)
    pytest.fail(f"only {len(body['examples'])} of {count} models were open in time")


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[schemathesis.BaseSchema]:
    path: Path = tmp_path_factory.mktemp("registry")
    tiny_registry(path)
    timed_registry(path)
    with real_server(registry=path) as server:
        await_examples(server.url, count=7)
        # A body of too many names is refused with 413, also where it is bad in other ways.
        refusals = {"checks": {"negative_data_rejection": {"expected-statuses": [400, 404, 413, 422]}}}
        config = schemathesis.Config.from_dict(refusals)
        yield schemathesis.openapi.from_url(f"{server.url}/openapi.json", config=config)


def test_every_example_works_as_it_stands(api: schemathesis.BaseSchema) -> None:
    body = api.raw_schema["paths"]["/predict"]["post"]["requestBody"]["content"]["application/json"]
    assert {"clock", "monthly", "tiny", "wide"} < set(body["examples"])
    for name, example in body["examples"].items():
        answer = api["/predict"]["POST"].Case(body=example["value"], media_type="application/json").call_and_validate()
        assert answer.status_code == 200, name


def test_every_operation_is_tried(api: schemathesis.BaseSchema) -> None:
    found = {(method.upper(), path) for path in api for method in api[path]}
    assert found == set(OPERATIONS)


GOOD, BAD = schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE


# Of names and versions every text is good: what is not there is a documented 404.
@pytest.mark.parametrize(
    ("method", "path", "mode"), [*((*each, GOOD) for each in OPERATIONS), ("POST", "/predict", BAD)]
)
def test_every_answer_is_documented(
    api: schemathesis.BaseSchema, method: str, path: str, mode: schemathesis.GenerationMode
) -> None:
    @hypothesis.given(case=api[path][method].as_strategy(generation_mode=mode))
    @hypothesis.settings(max_examples=100, deadline=None, derandomize=True, database=None)
    def check(case: schemathesis.Case[Any]) -> None:
        answer = case.call_and_validate(
            checks=[
                schemathesis.checks.not_a_server_error,
                status_code_conformance,
                content_type_conformance,
                response_schema_conformance,
                negative_data_rejection,
            ]
        )
        assert len(answer.content) <= 4096 or answer.status_code == 200

    check()
