"""What the OpenAPI document says of API keys."""

from pathlib import Path
from typing import Any

import pytest

from service.http.health_paths import HEALTH_PATHS
from service.settings import Settings
from tests.support.in_process import Client, running
from tests.support.keys import key_record, secret_of, write_keys

pytestmark = pytest.mark.anyio


async def test_the_document_says_where_keys_are_needed(registry_path: Path, tmp_path: Path) -> None:
    keys = write_keys(tmp_path / "keys.json", key_record("all"))
    async with running(Settings(registry=registry_path, api_keys_file=keys)) as client:
        answer = await client.get("/openapi.json", headers={"X-API-Key": secret_of("all")})
    document: dict[str, Any] = answer.json()
    assert set(document["components"]["securitySchemes"]) == {"bearer", "header"}
    assert document["security"] == [{"bearer": []}, {"header": []}]
    needing = {path for path, each in document["paths"].items() for it in each.values() if it.get("security") != []}
    assert needing == set(document["paths"]) - HEALTH_PATHS
    for path in needing:
        for operation in document["paths"][path].values():
            assert {"401", "403", "429"} <= set(operation["responses"])


async def test_without_keys_the_document_says_nothing_of_them(client: Client) -> None:
    document = (await client.get("/openapi.json")).json()
    assert "security" not in document
    assert "securitySchemes" not in document["components"]
    assert "401" not in document["paths"]["/predict"]["post"]["responses"]
