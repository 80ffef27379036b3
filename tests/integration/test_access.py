"""Keys, TLS and headers as clients meet them: a process, a socket, real requests."""

import concurrent.futures
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import hypothesis
import pytest
import schemathesis
from schemathesis.specs.openapi.checks import ignored_auth, status_code_conformance

from tests.support.certificate import needs_openssl, self_signed
from tests.support.keys import key_record, secret_of, write_keys
from tests.support.real_server import ROOT, Server, real_server

BODY = {"model": "tiny", "window": [1.0, 2.0, 3.0, 4.0]}
SECURITY = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}


@pytest.fixture(scope="module")
def key_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_keys(tmp_path_factory.mktemp("keys") / "keys.json", key_record("first", "predict", "read"))


@pytest.fixture(scope="module")
def server(registry_path: Path, key_file: Path) -> Iterator[Server]:
    with real_server("--api-keys-file", str(key_file), registry=registry_path) as server:
        yield server


def rollcast_keys(*arguments: str, file: Path) -> str:
    command = [sys.executable, "-m", "rollcast", "keys", *arguments, "--file", str(file)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True).stdout.strip()


def status(server: Server, secret: str) -> int:
    return httpx.post(f"{server.url}/predict", json=BODY, headers={"X-API-Key": secret}).status_code


def wait_for_status(server: Server, secret: str, wanted: int) -> None:
    deadline = time.monotonic() + 20
    while (last := status(server, secret)) != wanted:
        assert time.monotonic() < deadline, last
        time.sleep(0.1)


def test_a_key_is_renewed_and_the_old_one_revoked_without_a_restart(server: Server, key_file: Path) -> None:
    new = rollcast_keys("new", "second", file=key_file)
    wait_for_status(server, new, 200)
    assert status(server, secret_of("first")) == 200
    rollcast_keys("revoke", "second", file=key_file)
    wait_for_status(server, new, 401)
    assert status(server, secret_of("first")) == 200
    assert not [line for line in server.log if new in line]


def test_a_refused_body_is_thrown_away_as_it_comes(server: Server) -> None:
    address = urlsplit(server.url)
    before = resident_bytes(server.process.pid)

    def send_much(_: int) -> bytes:
        with socket.create_connection((address.hostname, address.port), timeout=20) as connection:
            connection.sendall(b"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Length: 8000000\r\n\r\n")
            for _ in range(8):
                connection.sendall(b"x" * 1_000_000)
            # The connection is kept: the next request is answered on it.
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            answer = b""
            while part := connection.recv(65536):
                answer += part
            return answer

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send_much, range(16)))
    for answer in answers:
        assert answer.startswith(b"HTTP/1.1 401")
        assert b"HTTP/1.1 200" in answer
    assert resident_bytes(server.process.pid) - before < 20e6


def test_the_start_of_an_endless_body_is_enough_to_refuse_it(server: Server) -> None:
    address = urlsplit(server.url)
    with socket.create_connection((address.hostname, address.port), timeout=20) as connection:
        connection.sendall(b"POST /predict HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n")
        answer = b""
        while part := connection.recv(65536):
            answer += part
    assert answer.startswith(b"HTTP/1.1 401")
    assert b"connection: close" in answer


def test_every_answer_has_headers_for_browsers(server: Server) -> None:
    key = {"X-API-Key": secret_of("first")}
    with httpx.Client(base_url=server.url) as client:
        answers = [
            client.post("/predict", json=BODY, headers=key),
            client.post("/predict", json={}, headers=key),
            client.get("/models", headers=key),
            client.get("/nothing", headers=key),
            client.get("/docs", headers=key),
            client.get("/models"),
            client.get("/healthz"),
        ]
    assert [answer.status_code for answer in answers] == [200, 422, 200, 404, 200, 401, 200]
    for answer in answers:
        for name, value in SECURITY.items():
            assert answer.headers.get_list(name) == [value], answer.request.url


def test_the_document_s_word_on_keys_holds_for_every_operation(server: Server) -> None:
    key = {"X-API-Key": secret_of("first")}
    api = schemathesis.openapi.from_url(f"{server.url}/openapi.json", headers=key)
    tried = 0
    for path in api:
        for method in api[path]:
            operation = api[path][method]

            @hypothesis.given(case=operation.as_strategy(generation_mode=schemathesis.GenerationMode.POSITIVE))
            @hypothesis.settings(max_examples=5, deadline=None, derandomize=True, database=None)
            def check(case: schemathesis.Case[Any]) -> None:
                case.call_and_validate(headers=key, checks=[ignored_auth, status_code_conformance])

            check()
            tried += 1
    assert tried >= 6


def resident_bytes(pid: int) -> int:
    fields = Path(f"/proc/{pid}/status").read_text().split("VmRSS:")[1].split()
    return int(fields[0]) * 1024


@needs_openssl
def test_a_certificate_makes_every_connection_private(
    registry_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate, key = self_signed(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))  # httpx trusts what it names
    flags = ["--ssl-certfile", str(certificate), "--ssl-keyfile", str(key)]
    with real_server(*flags, registry=registry_path) as server:
        assert server.url.startswith("https://")
        assert httpx.post(f"{server.url}/predict", json=BODY).status_code == 200
        plain = server.url.replace("https://", "http://")
        with pytest.raises(httpx.HTTPError):
            httpx.get(f"{plain}/healthz", timeout=10)
        monkeypatch.delenv("SSL_CERT_FILE")
        with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            httpx.get(f"{server.url}/healthz")
        assert server.stop() == 0
        assert not [line for line in server.log if "Traceback" in line]


@needs_openssl
def test_a_certificate_that_does_not_work_stops_the_start(registry_path: Path, tmp_path: Path) -> None:
    certificate, _ = self_signed(tmp_path)
    flags = ["--port", "0", "--registry", str(registry_path), "--ssl-certfile", str(certificate)]
    command = [sys.executable, "-m", "rollcast", "serve", *flags]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)
    assert result.returncode == 1
    assert result.stderr.startswith(f"error: the certificate {certificate} can't be used for TLS")
    assert "Traceback" not in result.stderr
