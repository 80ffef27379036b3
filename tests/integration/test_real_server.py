"""The service as its users meet it: a process, a socket, plain HTTP."""

import concurrent.futures
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import numpy as np
import pytest

from models.registry.registry import Registry
from models.timeseries.frequency import Frequency
from models.timeseries.time_index import TimeIndex
from tests.support.real_server import ROOT, Server, real_server
from tests.support.tiny import timed_registry

WINDOW = [1.0, 2.0, 3.0, 4.0]


@pytest.fixture(scope="module")
def server(registry_path: Path) -> Iterator[Server]:
    with real_server(registry=registry_path) as server:
        yield server


def resident_bytes(pid: int) -> int:
    fields = Path(f"/proc/{pid}/status").read_text().split("VmRSS:")[1].split()
    return int(fields[0]) * 1024


def test_a_forecast_is_the_forecasters(server: Server, registry: Registry) -> None:
    answer = httpx.post(f"{server.url}/predict", json={"model": "tiny", "window": WINDOW, "horizon": 48})
    expected = registry.open("tiny", 1)[1].forecast([WINDOW], 48)[0, :, 0]
    assert answer.json() == {"model": "tiny", "version": 1, "predictions": expected.tolist()}
    assert answer.headers["content-type"] == "application/json"
    assert "server" not in answer.headers


def test_many_clients_at_once_get_the_answers_of_one(server: Server) -> None:
    def ask(number: int) -> list[float]:
        window = [float(number), 2.0, 3.0, 4.0]
        answer = httpx.post(f"{server.url}/predict", json={"model": "tiny", "window": window, "horizon": 20})
        predictions: list[float] = answer.json()["predictions"]
        return predictions

    alone = [ask(number) for number in range(16)]
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        assert list(pool.map(ask, list(range(16)) * 5)) == alone * 5


def test_timestamps_and_levels_come_back_with_the_forecast(tmp_path: Path) -> None:
    _, forecaster = timed_registry(tmp_path).open("clock", 1)
    times = [f"2024-04-07T{clock}:00+10:00" for clock in ("02:00", "02:30", "03:00", "03:30")]
    body = {"model": "clock", "window": WINDOW, "timestamps": times, "horizon": 3, "levels": [80, 97.5]}
    with real_server(registry=tmp_path) as server:
        answer = httpx.post(f"{server.url}/predict", json=body)
        untimed = httpx.post(f"{server.url}/predict", json={"model": "clock", "window": WINDOW})
    time_index = TimeIndex(datetime.fromisoformat(times[-1]), Frequency(0, 1_800_000_000))
    predictions = forecaster.forecast([WINDOW], 3, times=[time_index])[0, :, 0]
    bounds = {level: rank / 10 * 2 * np.arange(1, 4) for level, rank in (("80", 32), ("97.5", 39))}
    assert answer.json() == {
        "model": "clock",
        "version": 1,
        "predictions": predictions.tolist(),
        "timestamps": [f"2024-04-07T{clock}:00+10:00" for clock in ("04:00", "04:30", "05:00")],
        "intervals": {
            level: {"lower": pytest.approx(predictions - half), "upper": pytest.approx(predictions + half)}
            for level, half in bounds.items()
        },
    }
    assert untimed.status_code == 422
    assert untimed.json()["errors"][0]["location"] == "timestamps"


def test_the_root_is_a_page_for_browsers_and_a_health_check_for_programs(server: Server) -> None:
    assert httpx.get(server.url).json() == {"status": "alive"}
    page = httpx.get(server.url, headers={"Accept": "text/html"})
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")


def test_the_reference_models_forecast_in_200_megabytes_without_tensorflow(reference_path: Path) -> None:
    with real_server(registry=reference_path) as server:
        ready = httpx.get(f"{server.url}/readyz").json()
        assert [each["model"] for each in ready["models"]] == ["sine-lstm", "sine-simple-rnn", "victoria-demand"]
        for model in ready["models"]:
            name, version = model["model"], model["version"]
            example = httpx.get(f"{server.url}/models/{name}/versions/{version}").json()["example"]
            for horizon in (1, 48):
                answer = httpx.post(f"{server.url}/predict", json={**example, "horizon": horizon})
                assert len(answer.json()["predictions"]) == horizon
        maps = Path(f"/proc/{server.process.pid}/maps").read_text()
        assert "onnxruntime" in maps
        assert "tensorflow" not in maps
        assert resident_bytes(server.process.pid) < 200e6


def post_raw(server: Server, head: str, *chunks: bytes) -> bytes:
    """Send a request byte by byte as told, then read the answer as a plain client would: to its end."""
    address = urlsplit(server.url)
    with socket.create_connection((address.hostname, address.port), timeout=20) as connection:
        connection.sendall(
            f"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n{head}\r\n".encode()
        )
        for chunk in chunks:
            connection.sendall(chunk)
        answer = b""
        while part := connection.recv(65536):
            answer += part
        return answer


MEGABYTE = b" " * (1 << 20)


def test_a_large_body_is_read_away_so_that_its_sender_sees_the_answer(server: Server) -> None:
    answer = post_raw(server, f"Content-Length: {6 << 20}\r\n", *[MEGABYTE] * 6)
    assert answer.startswith(b"HTTP/1.1 413")
    assert b"application/problem+json" in answer
    assert b"at most 1048576 bytes" in answer
    assert b"connection: close" in answer.lower()


def test_a_large_body_in_chunks_is_refused_as_well(server: Server) -> None:
    chunk = b"100000\r\n" + MEGABYTE + b"\r\n"
    answer = post_raw(server, "Transfer-Encoding: chunked\r\n", *[chunk] * 3, b"0\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 413")


def test_who_asks_before_sending_a_large_body_is_told_at_once(server: Server) -> None:
    answer = post_raw(server, f"Content-Length: {1 << 30}\r\nExpect: 100-continue\r\n")
    assert answer.startswith(b"HTTP/1.1 413")


def test_curl_sees_the_refusal_of_a_large_body(server: Server, tmp_path: Path) -> None:
    (tmp_path / "large.json").write_bytes(MEGABYTE * 5)
    command = ["curl", "-sS", "-w", "%{http_code}", "-H", "Content-Type: application/json"]
    command += ["--data-binary", f"@{tmp_path / 'large.json'}", f"{server.url}/predict"]
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
    except FileNotFoundError:
        pytest.skip("curl is not installed")
    assert result.stdout.endswith("413")
    assert "send fewer windows at a time" in result.stdout


def test_a_client_that_goes_away_leaves_the_service_well(server: Server) -> None:
    address = urlsplit(server.url)
    for _ in range(50):
        with socket.create_connection((address.hostname, address.port), timeout=5) as connection:
            connection.sendall(
                b"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{"
            )
    assert httpx.post(f"{server.url}/predict", json={"model": "tiny", "window": WINDOW}).status_code == 200
    assert not [line for line in server.log if "Traceback" in line]


def test_a_stopped_service_finishes_what_it_has_begun(registry_path: Path) -> None:
    with (
        real_server(registry=registry_path) as server,
        concurrent.futures.ThreadPoolExecutor() as pool,
        httpx.Client(base_url=server.url, timeout=30) as client,  # making one takes a while
    ):
        body = {"model": "tiny", "windows": [WINDOW] * 100, "horizon": 10_000}
        running = pool.submit(client.post, "/predict", json=body)
        time.sleep(0.3)  # it has begun by then, and takes longer than that
        assert not running.done()
        assert server.stop() == 0
        assert running.result().status_code == 200


def test_who_can_not_wait_for_the_end_is_told_so(registry_path: Path) -> None:
    slow = {"model": "tiny", "windows": [WINDOW] * 100, "horizon": 10_000}
    with (
        real_server(registry=registry_path, ROLLCAST_SHUTDOWN_TIMEOUT_S="1", ROLLCAST_QUEUE_S="900") as server,
        concurrent.futures.ThreadPoolExecutor(16) as pool,
        httpx.Client(base_url=server.url, timeout=60) as client,  # one for all: making one takes a while
    ):
        running = [pool.submit(client.post, "/predict", json=slow) for _ in range(16)]
        time.sleep(0.7)
        begun = time.monotonic()
        assert server.stop() == 0
        assert time.monotonic() - begun < 5
        answers = [each.result() for each in running]
    stopped = [answer for answer in answers if answer.status_code == 503]
    assert stopped
    assert {answer.status_code for answer in answers} <= {200, 503}
    assert stopped[0].json()["type"] == "urn:rollcast:problem:stopping"
    assert not [line for line in server.log if "Traceback" in line]


def test_a_rollout_whose_client_has_gone_stops(server: Server) -> None:
    address = urlsplit(server.url)
    body = json.dumps({"model": "tiny", "windows": [WINDOW] * 100, "horizon": 10_000}).encode()
    head = f"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    for _ in range(60):
        with socket.create_connection((address.hostname, address.port), timeout=5) as connection:
            connection.sendall(head.encode() + body)
            time.sleep(0.01)
    begun, status = time.monotonic(), 503
    while status == 503 and time.monotonic() - begun < 5:  # until it is seen that they have gone, there is no room
        asked = {"model": "tiny", "window": WINDOW, "horizon": 100}
        status = httpx.post(f"{server.url}/predict", json=asked, timeout=30).status_code
    assert status == 200
    assert time.monotonic() - begun < 5  # the sixty would take far longer


def test_an_offer_of_http_2_is_passed_over_and_the_body_read(server: Server) -> None:
    headers = {"Connection": "Upgrade, HTTP2-Settings", "Upgrade": "h2c", "HTTP2-Settings": "AAMAAABk"}
    answer = httpx.post(f"{server.url}/predict", json={"model": "tiny", "window": WINDOW}, headers=headers)
    assert answer.status_code == 200


def test_a_websocket_handshake_gets_a_problem_document(server: Server) -> None:
    headers = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Key": "x", "Sec-WebSocket-Version": "13"}
    answer = httpx.get(f"{server.url}/predict", headers=headers)
    assert answer.status_code == 405
    assert answer.headers["content-type"] == "application/problem+json"


def test_several_workers_serve_on_one_port(registry_path: Path) -> None:
    with real_server("--workers", "2", registry=registry_path) as server:
        answers = [httpx.post(f"{server.url}/predict", json={"model": "tiny", "window": WINDOW}) for _ in range(10)]
        assert {answer.status_code for answer in answers} == {200}
        deadline = time.monotonic() + 20
        while sum("Started server process" in line for line in server.log) < 2:
            assert time.monotonic() < deadline, "".join(server.log)
            time.sleep(0.05)
        assert server.stop() == 0


def test_a_port_that_is_taken_is_told_before_anything_is_loaded(server: Server) -> None:
    port = str(urlsplit(server.url).port)
    command = [sys.executable, "-m", "rollcast", "serve", "--port", port]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)
    assert result.returncode == 1
    assert result.stderr == (
        f"error: 127.0.0.1:{port} can't be listened on: Address already in use; choose another with --host and --port\n"
    )


def test_variables_set_what_flags_leave_open(registry_path: Path) -> None:
    with real_server(registry=registry_path, ROLLCAST_MAX_HORIZON="5") as server:
        answer = httpx.post(f"{server.url}/predict", json={"model": "tiny", "window": WINDOW, "horizon": 6})
        assert "at most 5, not 6" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("flags", "environment", "message"),
    [
        (["--workers", "0"], {}, "--workers or ROLLCAST_WORKERS: Input should be greater than or equal to 1, not 0"),
        ([], {"ROLLCAST_PORT": "many"}, "--port or ROLLCAST_PORT: Input should be a valid integer"),
        ([], {"ROLLCAST_TIMEOUT_S": "-1"}, "ROLLCAST_TIMEOUT_S: Input should be greater than 0"),
    ],
)
def test_a_setting_that_makes_no_sense_stops_the_start(
    flags: list[str], environment: dict[str, str], message: str
) -> None:
    command = [sys.executable, "-m", "rollcast", "serve", *flags]
    result = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, timeout=30, check=False
    )
    assert result.returncode == 1
    assert message in result.stderr
    assert "Traceback" not in result.stderr
