"""GET /models… in process."""

from pathlib import Path

import pytest

from models.registry.registry import Registry
from service.settings import Settings
from tests.support.in_process import Client, running
from tests.support.tiny import publish_tiny

pytestmark = pytest.mark.anyio


async def test_every_name_is_listed_with_its_versions_and_aliases(client: Client) -> None:
    models = (await client.get("/models")).json()["models"]
    assert [each["name"] for each in models] == ["driven", "many", "pair", "tiny"]
    assert models[1] == {"name": "many", "default": 2, "versions": [1, 2, 3], "aliases": {"champion": 2}}


async def test_one_name(client: Client) -> None:
    assert (await client.get("/models/tiny")).json() == {"name": "tiny", "default": 1, "versions": [1], "aliases": {}}


async def test_a_card_says_what_the_model_is_and_brings_a_request_that_works(client: Client) -> None:
    card = (await client.get("/models/pair/versions/1")).json()
    assert card["features"] == ["a", "b"]
    assert (card["window"], card["lead"], card["context"]) == (3, 2, 4)
    assert card["metrics"]["model"]["count"] > 0
    answer = await client.post("/predict", json=card["example"])
    assert answer.status_code == 200
    assert (answer.json()["model"], answer.json()["version"]) == ("pair", 1)


@pytest.mark.parametrize("name", ["clock", "monthly", "wide"])
async def test_a_cards_request_works_with_times_and_levels(timed_client: Client, name: str) -> None:
    card = (await timed_client.get(f"/models/{name}/versions/1")).json()
    answer = await timed_client.post("/predict", json=card["example"])
    assert answer.status_code == 200
    assert set(answer.json()["intervals"]) == {"80", "95"}


async def test_the_card_of_a_version_that_was_not_open_opens_it(client: Client) -> None:
    assert (await client.get("/models/many/versions/1")).json()["version"] == 1


@pytest.mark.parametrize(
    ("path", "detail"),
    [
        ("/models/tinny", "did you mean tiny?"),
        ("/models/" + "x" * 5000, "no model is named"),
        ("/models/many" + "x" * 64, "no model is named"),
        ("/models/many" + "x" * 64 + "/versions/1", "no model is named"),
        ("/models/tiny/versions/2", "tiny has no version 2"),
        ("/models/tiny/versions/0", "a version is a whole number"),
        ("/models/tiny/versions/01", "a version is a whole number"),
        ("/models/tiny/versions/1e0", "a version is a whole number"),
        ("/models/many/versions/champion", "a version is a whole number"),
        ("/models/%2e%2e/versions/1", "no model is named"),
    ],
)
async def test_what_is_not_there_is_a_404(client: Client, path: str, detail: str) -> None:
    answer = await client.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert detail in answer.json()["detail"]
    assert len(answer.content) <= 4096


async def test_a_name_is_taken_whole(tmp_path: Path) -> None:
    name = "a" * 64
    publish_tiny(Registry.at(tmp_path), name)
    async with running(Settings(registry=tmp_path)) as client:
        assert (await client.get(f"/models/{name}/versions/1")).status_code == 200
        for path in (f"/models/{name}x", f"/models/{name}x/versions/1"):
            assert (await client.get(path)).status_code == 404
