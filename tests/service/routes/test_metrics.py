"""GET /metrics and GET …/traffic of the service running in process."""

from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from service.metrics.catalogue import BY_NAME
from service.settings import Settings
from tests.support.in_process import Client, running

pytestmark = pytest.mark.anyio

WINDOW = {"model": "tiny", "window": [1.0, 3.0, 5.0, 3.0]}  # 0, 1, 2, 1 in the network's units


async def samples(client: Client) -> dict[tuple[str, str], float]:
    answer = await client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    return {
        (sample.name, " ".join(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


async def test_what_was_answered_is_counted(client_of_its_own: Client) -> None:
    client = client_of_its_own
    for _ in range(3):
        assert (await client.post("/predict", json={**WINDOW, "horizon": 4})).status_code == 200
    assert (await client.post("/predict", json={"model": "nobody", "window": [1.0]})).status_code == 404
    await client.get("/models/nobody")
    told = await samples(client)
    count = "http_server_request_duration_seconds_count"
    counts = {labels: value for (name, labels), value in told.items() if name == count}
    assert counts == {"POST 200 /predict": 3, "POST 404 /predict": 1, "GET 404 /models/{name}": 1}
    assert told[("http_server_active_requests", "")] == 1  # the one that asks
    assert told[("rollcast_requests_rejected_total", "unknown-model")] == 2
    assert 3 <= told[("rollcast_engine_batch_rows_count", "step")] <= 9  # a call makes several steps
    assert told[("rollcast_traffic_requests_total", "tiny 1")] == 3
    assert told[("rollcast_traffic_steps_total", "tiny 1")] == 12
    assert told[("rollcast_model_info", "lstm tiny 1")] == 1
    assert told[("rollcast_workers", "")] == 1
    assert told[("process_resident_memory_bytes", "")] > 1e6


async def test_everything_that_is_told_is_in_the_catalogue(client: Client) -> None:
    await client.post("/predict", json=WINDOW)
    answer = await client.get("/metrics")
    families = {family.name for family in text_string_to_metric_families(answer.text)}
    assert families <= {name.removesuffix("_total") for name in BY_NAME}


async def test_names_that_clients_make_up_make_no_series(client: Client) -> None:
    async def series() -> set[tuple[str, str]]:
        return set(await samples(client))

    async def ask(number: int) -> None:
        await client.get(f"/models/made-up-{number}")
        await client.get(f"/made-up/{number}")
        await client.request(f"BREW{number}", "/predict")
        await client.post("/predict", json={"model": f"made-up-{number}", "window": [1.0]})

    await ask(0)
    await series()
    before = await series()
    for number in range(1, 50):
        await ask(number)
    assert await series() == before


async def test_openmetrics_is_answered_to_those_who_ask_for_it(client: Client) -> None:
    answer = await client.get("/metrics", headers={"accept": "application/openmetrics-text; version=1.0.0"})
    assert answer.headers["content-type"].startswith("application/openmetrics-text")
    assert answer.text.endswith("# EOF\n")


async def test_the_traffic_of_a_version_is_compared_with_its_training(client_of_its_own: Client) -> None:
    client = client_of_its_own
    for _ in range(2):
        await client.post("/predict", json={"model": "tiny", "windows": [WINDOW["window"]] * 3, "horizon": 2})
    answer = await client.get("/models/tiny/versions/1/traffic")
    assert answer.status_code == 200
    assert answer.json() == {
        "model": "tiny",
        "version": 1,
        "half_life_s": 3600.0,
        "requests": 2,
        "windows": 6,
        "steps": 12,
        "windows_out_of_range": 0,
        "compares": "values",
        "features": [
            {
                "name": "value",
                "values": 24,
                "outside_share": 1.0,  # a tiny model was trained on nothing but 0
                "mean_shift": pytest.approx(1.0),
                "spread_ratio": pytest.approx(0.5**0.5),
                "seasonality": None,
            }
        ],
    }


async def test_a_version_that_nobody_asked_has_no_traffic(client_of_its_own: Client) -> None:
    report = (await client_of_its_own.get("/models/many/versions/1/traffic")).json()
    assert (report["version"], report["requests"]) == (1, 0)
    assert report["features"][0]["outside_share"] is None
    assert report["features"][0]["mean_shift"] is None


@pytest.mark.parametrize("version", ["9", "0", "champion", "1e0"])
async def test_the_traffic_of_a_version_that_is_not_there_is_a_problem(client: Client, version: str) -> None:
    answer = await client.get(f"/models/tiny/versions/{version}/traffic")
    assert answer.status_code == 404
    assert answer.json()["type"] == "urn:rollcast:problem:unknown-model"


async def test_metrics_can_be_closed(registry_path: Path) -> None:
    async with running(Settings(registry=registry_path, metrics=False)) as client:
        assert (await client.get("/metrics")).status_code == 404
