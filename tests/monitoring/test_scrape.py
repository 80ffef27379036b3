"""A real Prometheus, with the configuration that compose mounts, scraping a real service."""

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from docs.monitoring import dashboard
from tests.support.real_server import Server, real_server

MONITORING = Path(__file__).parents[2] / "docs" / "monitoring"

pytestmark = pytest.mark.skipif(shutil.which("prometheus") is None, reason="needs Debian's package prometheus")


@pytest.fixture(scope="module")
def server(registry_path: Path) -> Iterator[Server]:
    with real_server(registry=registry_path) as server:
        yield server


@pytest.fixture(scope="module")
def prometheus(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Its address; it scrapes every second, and takes nothing else from the configuration but the target's address."""
    folder = tmp_path_factory.mktemp("prometheus")
    shutil.copy(MONITORING / "alerts.yml", folder)
    text = (MONITORING / "prometheus.yml").read_text()
    text = text.replace("service:8000", urlsplit(server.url).netloc).replace("_interval: 15s", "_interval: 1s")
    (folder / "prometheus.yml").write_text(text)
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{found.getsockname()[1]}"
    command = ["prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data"]
    process = subprocess.Popen(
        [*command, f"--web.listen-address={address}", "--log.level=error"], stderr=subprocess.DEVNULL
    )
    try:
        wait_until_ready(f"http://{address}")
        yield f"http://{address}"
    finally:
        process.terminate()
        process.wait(20)


def wait_until_ready(prometheus: str) -> None:
    """It listens a while before it answers: until its storage is open, every question gets a 503."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{prometheus}/-/ready", timeout=10).status_code == 200:
                return
        except httpx.TransportError:
            pass  # it does not listen yet
        time.sleep(0.1)
    pytest.fail("prometheus was not ready within 60 s")


def ask(prometheus: str, query: str) -> list[dict[str, Any]]:
    answer = httpx.get(f"{prometheus}/api/v1/query", params={"query": query}, timeout=10)
    document = answer.json()
    assert document["status"] == "success", document
    found: list[dict[str, Any]] = document["data"]["result"]
    return found


def test_prometheus_reads_what_the_service_tells_and_answers_the_dashboard(server: Server, prometheus: str) -> None:
    deadline = time.monotonic() + 30
    values: list[str] = []
    while len(values) < 2 and time.monotonic() < deadline:
        httpx.post(f"{server.url}/predict", json={"model": "tiny", "window": [1.0, 2.0, 3.0, 4.0], "horizon": 3})
        found = ask(prometheus, 'rollcast_traffic_requests_total{model="tiny"}[30s]')
        values = [value for series in found for _, value in series["values"]]
        time.sleep(0.2)
    assert len(values) >= 2
    assert ask(prometheus, 'up{job="rollcast"}')[0]["value"][1] == "1"
    assert len(ask(prometheus, "rollcast_model_info")) >= 1
    assert float(ask(prometheus, 'rollcast_connections{state="open"}')[0]["value"][1]) >= 1  # its own
    assert {each["metric"]["queue"] for each in ask(prometheus, "rollcast_queue_length")} == {
        "loop",
        "bulk",
        "short",
        "long",
    }
    seen = {}
    for panel in json.loads(dashboard.PATH.read_text())["panels"]:
        for target in panel.get("targets", ()):
            seen[panel["title"]] = ask(prometheus, target["expr"].replace("$__rate_interval", "30s"))
    empty = {title for title, found in seen.items() if not found}
    assert empty <= {"Requests turned away, by reason", "Seasonality"}  # nothing of which happened here
    assert ask(prometheus, "ALERTS{alertstate='firing'}") == []
